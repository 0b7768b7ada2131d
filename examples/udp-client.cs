// Sends a line as a datagram and prints what comes back, until Ctrl-C. Usage: dotnet run udp-client.cs HOST PORT
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

await using var socket = await DatagramSocket.ConnectAsync(args[0], args[1]);   // the name is looked up for udp
Console.WriteLine("Enter data to transmit:");
await socket.SendAsync(Console.ReadLine() ?? "");
Console.WriteLine("Looking for replies; press Ctrl-C to stop.");
await foreach (var datagram in socket.ReceiveAllAsync())
    Console.WriteLine(datagram.Text);
