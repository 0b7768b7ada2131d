// Sends numbers, says that this was all, and still hears the sum. Usage: dotnet run half-close.cs NUMBER...
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

await using var server = Server.Start("localhost:0", async (peer, cancel) =>
{
    var sum = 0;
    await foreach (var line in peer.Lines.ReadAllAsync(cancel))  // until the client's end, and no earlier
        sum += int.Parse(line);
    await peer.Lines.WriteLineAsync($"The sum is {sum}.", cancel);
});
await using var connection = await Connection.ConnectAsync(server.LocalAddress);
foreach (var number in args)
    await connection.Lines.WriteLineAsync(number);
await connection.CloseWriteAsync();                  // ends our direction; the other one stays open
Console.WriteLine(await connection.Lines.ReadLineAsync());
await connection.CloseAsync();
