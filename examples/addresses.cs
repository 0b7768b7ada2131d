// Shows which addresses were tried, how long each step took, and both ends. Usage: dotnet run addresses.cs HOST PORT
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

await using var connection = await Connection.ConnectAsync(args[0], args[1]);
var report = connection.Report!;
Console.WriteLine($"looked up in {report.Resolve.TotalMilliseconds:0.0} ms");
foreach (var attempt in report.Attempts)
    Console.WriteLine($"tried {attempt.Address}: {attempt.Error?.Reason ?? "connected"} after {attempt.Elapsed.TotalMilliseconds:0.0} ms");
Console.WriteLine($"Connected from {connection.LocalAddress}");
Console.WriteLine($"Connected to {connection.RemoteAddress}");
