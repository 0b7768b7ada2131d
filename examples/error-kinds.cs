// One exception, kinds grouped by who has to act: what Python needs four classes for.
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

await TryAsync("localhost", "htpt");                 // error: no such service
await TryAsync("nowhere.invalid", "http");           // gaierror: no such name
await TryAsync("localhost", "1");                    // error: nobody listens there

static async Task TryAsync(string host, string port)
{
    try
    {
        await using var connection = await Connection.ConnectAsync(host, port);
        Console.WriteLine($"connected to {connection.RemoteAddress}");
    }
    catch (NetException e)
    {
        Console.WriteLine($"{e.Kind} (blame: {e.Blame}; try again: {e.IsTransient}): {e.Message}");
        foreach (var cause in e.Causes)
            Console.WriteLine($"  {cause.RemoteAddress}: {cause.Reason}");
    }
}
