// Serves the chapter's greeting to as many clients as come. Usage: dotnet run greeting-server.cs [ADDRESS]
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;
using Sockeye.Protocols;

await using var server = Server.Start(args is [var address] ? address : "localhost:51444", async (peer, cancel) =>
{
    await peer.Lines.WriteLineAsync($"Welcome, {peer.RemoteAddress}", cancel);
    await peer.Lines.WriteAsync("Please enter a string:", cancel);
    var line = await peer.Lines.ReadLineAsync(cancel);
    await peer.Lines.WriteLineAsync($"You entered {Greeting.CountCharacters(line)} characters.", cancel);
});
Console.WriteLine($"Server is running on port {server.LocalAddress.Port}; press Ctrl-C to terminate.");
await server.Completion;
