// Every wait has a limit, and running into one is no cancellation. Usage: dotnet run timeouts.cs
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

await using var silent = Server.Start("localhost:0", async (peer, cancel) => await peer.Lines.ReadLineAsync(cancel));
await using var connection = await Connection.ConnectAsync(silent.LocalAddress, new() { Timeout = TimeSpan.FromSeconds(5) });
try
{
    connection.IdleTimeout = TimeSpan.FromMilliseconds(200);     // our limit: NetException, kind TimedOut
    await connection.Lines.ReadLineAsync();
}
catch (NetException e) when (e.Kind == NetErrorKind.TimedOut)
{
    Console.WriteLine($"timed out: {e.Message}");
}
using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
try
{
    await silent.Completion.WaitAsync(cancel.Token);             // the caller's token: OperationCanceledException
}
catch (OperationCanceledException)
{
    Console.WriteLine("cancelled");
}
