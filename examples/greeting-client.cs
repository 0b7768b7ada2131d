// Talks to the greeting server as one would with telnet. Usage: dotnet run greeting-client.cs TEXT [ADDRESS]
#:project ../src/Sockeye/Sockeye.csproj
using System.Text;
using Sockeye;

await using var connection = await Connection.ConnectAsync(args.Length > 1 ? args[1] : "localhost:51444");
Console.WriteLine(await connection.Lines.ReadLineAsync());
Console.Write(Encoding.UTF8.GetString((await connection.Lines.ReadUntilAsync(":"u8.ToArray(), limit: 100)).Span));
Console.WriteLine(args[0]);
await connection.Lines.WriteLineAsync(args[0]);
Console.WriteLine(await connection.Lines.ReadLineAsync());
