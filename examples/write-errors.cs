// A write that seems to succeed may never arrive: CloseAsync is where one learns of it.
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

await using var server = Server.Start("localhost:0", async (peer, cancel) =>
{
    await peer.Lines.ReadLineAsync(cancel);
    peer.Abort();                                    // hangs up on us before our last words are read
});
var connection = await Connection.ConnectAsync(server.LocalAddress);
try
{
    await connection.Lines.WriteLineAsync("first words");
    await connection.Lines.FlushAsync();
    await connection.Lines.WriteLineAsync("last words");
    await connection.CloseAsync();                   // sends, ends our side, and waits until the peer's kernel has it all
    Console.WriteLine("all of it arrived");
}
catch (NetException e)
{
    Console.WriteLine($"not all of it arrived: {e.Message}");
}
