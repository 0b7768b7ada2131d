// One connection, read as lines and as bytes in turn: nothing is lost between the two views.
#:project ../src/Sockeye/Sockeye.csproj
using System.Text;
using Sockeye;

var (client, server) = Connection.CreatePair();      // no network, the same manners
await server.Lines.WriteLineAsync("LENGTH 5");
await server.WriteAsync("hello"u8.ToArray());
await server.Lines.WriteLineAsync("bye");
await server.CloseWriteAsync();

var header = await client.Lines.ReadLineAsync();     // a line, as from a file
var body = new byte[int.Parse(header!["LENGTH ".Length..])];
await client.ReadExactlyAsync(body);                 // bytes, as from any Stream
Console.WriteLine($"{header} -> {Encoding.UTF8.GetString(body)}");
await foreach (var line in client.Lines.ReadAllAsync())
    Console.WriteLine(line);
await client.CloseAsync();
