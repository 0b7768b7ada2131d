// Accepts one caller after another, as the chapter does, and numbers them. Usage: dotnet run accept-loop.cs [ADDRESS]
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

await using var listener = Listener.Listen(args is [var address] ? address : "localhost:51445");
Console.WriteLine($"Server is running on port {listener.LocalAddress.Port}; press Ctrl-C to terminate.");
for (var number = 1; ; number++)
{
    await using var peer = await listener.AcceptAsync();
    await peer.Lines.WriteLineAsync($"You are caller {number}, from {peer.RemoteAddress}.");
}
