// A write that succeeds may still never be read: CloseAsync is where one learns of it.
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

var written = new TaskCompletionSource();
await using var server = Server.Start("localhost:0", async (peer, cancel) =>
{
    await written.Task.WaitAsync(cancel);
    peer.Abort();                                    // hangs up, and has not read a word
});
var connection = await Connection.ConnectAsync(server.LocalAddress);
try
{
    await connection.Lines.WriteLineAsync("last words");
    await connection.Lines.FlushAsync();
    Console.WriteLine("written, without an error");
    written.SetResult();
    await connection.CloseAsync();                   // ends our side, and waits for the peer's end
    Console.WriteLine("all of it arrived");
}
catch (NetException e)
{
    Console.WriteLine($"not all of it arrived: {e.Message}");
}
