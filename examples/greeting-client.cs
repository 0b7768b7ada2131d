// Talks to the greeting server as one would with telnet. Usage: dotnet run greeting-client.cs [TEXT [ADDRESS]]
#:project ../src/Sockeye/Sockeye.csproj
using System.Text;
using Sockeye;

var text = args.Length > 0 ? args[0] : "hello";
await using var connection = await Connection.ConnectAsync(args.Length > 1 ? args[1] : "localhost:51444");
Console.WriteLine(await connection.Lines.ReadLineAsync());
Console.Write(Encoding.UTF8.GetString((await connection.Lines.ReadUntilAsync(":"u8.ToArray(), limit: 100)).Span));
Console.WriteLine(text);
await connection.Lines.WriteLineAsync(text);
Console.WriteLine(await connection.Lines.ReadLineAsync());
