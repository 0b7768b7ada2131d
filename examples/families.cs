// Streams and datagrams, over IPv4, IPv6 and between processes of one machine: the same few calls.
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;
using Sockeye.Protocols;

var path = Path.Combine(Path.GetTempPath(), $"families-{Environment.ProcessId}.sock");
foreach (var address in (string[])["127.0.0.1:0", "[::1]:0", $"unix:{path}"])
{
    await using var server = Server.Start(address, Echo.ServeAsync);
    await using var connection = await Connection.ConnectAsync(server.LocalAddress);
    await connection.Lines.WriteLineAsync("a stream");
    Console.WriteLine($"{server.LocalAddress}: {await connection.Lines.ReadLineAsync()}");
}
foreach (var address in (string[])["127.0.0.1:0", "[::1]:0"])
{
    await using var server = DatagramServer.Start(address, Echo.Answer);
    await using var socket = await DatagramSocket.ConnectAsync(server.LocalAddress);
    await socket.SendAsync("a datagram");
    Console.WriteLine($"{server.LocalAddress}: {(await socket.ReceiveAsync()).Text}");
}
