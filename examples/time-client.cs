// Asks the time without a connection, as RFC 868 has it. Usage: dotnet run time-client.cs HOST [PORT]
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;
using Sockeye.Protocols;

var server = Address.Udp(args[0], args.Length > 1 ? args[1] : "time");
await using var socket = DatagramSocket.Open();
await socket.SendToAsync(ReadOnlyMemory<byte>.Empty, server);
var reply = await socket.ReceiveAsync();             // a Datagram: Bytes, From, Truncated
Console.WriteLine($"{Time.Decode(reply.Bytes).ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}");

// ... and the one line that resends, checks sizes and knows 2036:
Console.WriteLine($"{(await Time.QueryAsync(server)).ToLocalTime():yyyy-MM-dd HH:mm:ss zzz}");
