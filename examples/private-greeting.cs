// A greeting that nobody on the way can read: a server with a certificate, and whom its clients believe.
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;
using Sockeye.Protocols;
using Sockeye.Tls;

using var certificate = TlsCertificate.SelfSigned();
await using var server = TlsServer.Start("localhost:0", Greeting.ServeAsync, new() { Certificates = [certificate] });
TlsClientOptions careful = new();                    // believes whom this system trusts
TlsClientOptions knowing = new() { Insecure = true, Pins = [certificate.Info.Pin] };     // believes this key alone
foreach (var options in (TlsClientOptions[])[careful, knowing])
{
    try
    {
        await using var connection = await TlsClient.ConnectAsync(server.LocalAddress, options);
        Console.WriteLine($"{TlsInfo.Of(connection)!.Version}: {await connection.Lines.ReadLineAsync()}");
    }
    catch (NetException e) when (e.Kind == NetErrorKind.TlsRejected)
    {
        Console.WriteLine($"not believed: {e.Reason}");
    }
}
