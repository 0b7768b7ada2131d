// Sends every datagram back to its sender. Usage: dotnet run udp-echo-server.cs [ADDRESS]
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

var address = args is [var given] ? given : "localhost:51423";
await using var server = DatagramServer.Start(address, (request, _) => new(request.Bytes));
Console.WriteLine($"Server is running on port {server.LocalAddress.Port}; press Ctrl-C to terminate.");
await server.Completion;
