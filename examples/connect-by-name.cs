// Connects by host name and service name, and says both ends. Usage: dotnet run connect-by-name.cs [HOST [PORT]]
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

var host = args.Length > 0 ? args[0] : "www.example.com";
var port = args.Length > 1 ? args[1] : "http";
await using var connection = await Connection.ConnectAsync(host, port);
Console.WriteLine($"Connected from {connection.LocalAddress}");
Console.WriteLine($"Connected to {connection.RemoteAddress}");
