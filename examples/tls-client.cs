// Whom a client believes, and what TLS agreed on. Usage: dotnet run tls-client.cs HOST PORT [PIN]
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;
using Sockeye.Tls;

// With a pin it is that key, whoever vouches for it; else a certificate that this system trusts.
var options = args.Length > 2 ? new TlsClientOptions { Insecure = true, Pins = [args[2]] } : new();
try
{
    await using var connection = await TlsClient.ConnectAsync(args[0], args[1], options);
    var tls = TlsInfo.Of(connection)!;
    Console.WriteLine($"{tls.Version}, {tls.CipherSuite}, certificate of {tls.PeerCertificate!.SubjectName}");
    await connection.Lines.WriteLineAsync("hello");
    Console.WriteLine(await connection.Lines.ReadLineAsync());
    return 0;
}
catch (NetException e) when (e.Kind == NetErrorKind.TlsRejected)
{
    Console.WriteLine(e.Message);
    if (CertificateVerdict.Of(e) is { Certificates: [var shown, ..] })
        Console.WriteLine($"Its key is {shown.Pin}");
    return 8;
}
