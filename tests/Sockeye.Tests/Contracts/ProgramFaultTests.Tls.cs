using System.Net.Sockets;
using Sockeye.Tests.Support;

namespace Sockeye.Tests.Contracts;

/// <summary>The rows of TLS, for each verb that calls a server, and those of the verbs that only knock.</summary>
public partial class ProgramFaultTests
{
    private static IEnumerable<ProgramFault> TlsFaults =>
    [
        Rejected("an expired certificate", FaultScenery.Good with { NotAfter = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero) }, "expired [0-9,]+ days ago \\(2021-01-01\\)"),
        Rejected("a certificate of the future", FaultScenery.Good with { NotBefore = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero) }, "is not valid before 2090-01-01"),
        Rejected("a certificate for another name", new("elsewhere.example"), "is not for '127\\.0\\.0\\.1' \\(it is for 'elsewhere\\.example'\\)[^\n]*\n--servername elsewhere\\.example "),
        Rejected("a certificate for clients", FaultScenery.Good with { Use = CertificatePlan.ForClients }, "is meant for another use"),
        .. OfEachVerb("a self-signed certificate", "", 8, NetErrorKind.TlsRejected, $"{NoHandshake}the server's certificate is self-signed{AndPin}", FaultScenery.ShowUnknown),
        .. OfEachVerb("an unknown issuer", "", 8, NetErrorKind.TlsRejected, $"{NoHandshake}the server's certificate was issued by 'Test Root', who is not known here{AndPin}", FaultScenery.Show(FaultScenery.Good)),
        .. OfEachVerb("another key than the pinned one", $"--insecure --pin {SomePin}", 8, NetErrorKind.TlsRejected, $"{NoHandshake}the server's certificate has the key sha256//[^ ]+, which is not the pinned one{AndPin}", FaultScenery.ShowUnknown),
        .. OfEachVerb("no TLS", "", 8, NetErrorKind.ProtocolViolation, $"{NoHandshake}the peer does not speak TLS: it began with '220 hi'", FaultScenery.Say("220 hi\r\n")),
        new("an old version", "connect --tls --tls-min 1.3 --ca-file {root} 127.0.0.1 {peer}", 8, NetErrorKind.TlsRejected, $"{NoHandshake}the peer refused: protocol_version [^\n]*\n--tls-min ")
            { Peer = FaultScenery.SpeakOldTls },
        .. OfEachVerb("the end instead of a handshake", "", 7, NetErrorKind.ClosedEarly, $"{NoHandshake}the peer ended the connection instead of answering the TLS handshake", FaultScenery.Say(""), mayPass: true),
        .. OfEachVerb("the end in the middle of a handshake", "", 7, NetErrorKind.ClosedEarly, $"{NoHandshake}the peer ended the connection in the middle of the TLS handshake", FaultScenery.EndInTheMiddle, mayPass: true),
        .. OfEachVerb("a reset in the handshake", "", 7, NetErrorKind.Reset, $"{NoHandshake}reset by the peer", FaultScenery.ResetAfterAByte, mayPass: true),
        .. OfEachVerb("silence in the handshake", "-w 1s", 5, NetErrorKind.TimedOut, $"{NoHandshake}not done within [^\n]*\nIt takes connections and says nothing", FaultScenery.StaySilent, mayPass: true),
    ];

    private static IEnumerable<ProgramFault> Knocks =>
    [
        new("refused, wait", "wait -w 1s 127.0.0.1:{closed}", 5, null, "not open within 1 s: 127\\.0\\.0\\.1:{closed} \\(connection refused\\)") { Output = null },
        new("refused, ping", "ping -c 1 127.0.0.1:{closed}", 4, NetErrorKind.Refused, NoConnection) { Output = null },
        new("name not found, wait", "wait -w 1s nosuch.invalid:80", 5, null, "not open within 1 s: nosuch\\.invalid:80 \\(there is no host") { Output = null },
        new("name not found, ping", "ping -c 1 nosuch.invalid 80", 3, NetErrorKind.NameNotFound, NoAddress("tcp nosuch\\.invalid:80")) { Output = null },
        new("service unknown, wait", "wait localhost:nosuchservice", 2, NetErrorKind.UnknownService, "Couldn't find your port: .*nosuchservice"),
        new("service unknown, ping", "ping localhost nosuchservice", 2, NetErrorKind.UnknownService, "Couldn't find your port: .*nosuchservice"),
        new("address of the other family, wait", "wait -6 127.0.0.1:80", 3, NetErrorKind.NameNotFound, NoAddress("tcp 127\\.0\\.0\\.1:80")),
        new("peer's queue full, wait", "wait -w 300ms 127.0.0.1:{full}", 5, null, "not open within 300 ms: ") { Output = null },
        new("peer's queue full, ping", "ping -c 1 -w 300ms 127.0.0.1:{full}", 5, NetErrorKind.TimedOut, NoConnection) { Output = null },
        new("datagrams, wait", "wait udp://127.0.0.1:{peer}", 2, null, "'udp://127\\.0\\.0\\.1:{peer}' takes datagrams"),
        new("datagrams, ping", "ping udp://127.0.0.1:{peer}", 2, null, "'udp://127\\.0\\.0\\.1:{peer}' takes datagrams"),
        new("Unix path missing, wait", "wait -w 1s unix:{directory}/nothing", 5, null, "not open within 1 s: .*there is no such path") { Output = null },
        new("Unix path missing, ping", "ping -c 1 unix:{directory}/nothing", 6, NetErrorKind.NotFound, NoConnection) { Output = null },
        new("Unix socket of another type, wait", "wait unix:{datagrams}", 6, NetErrorKind.Unsupported, NoConnection),
    ];

    private static ProgramFault Rejected(string situation, CertificatePlan plan, string says) =>
        new(situation, "connect --tls --ca-file {root} 127.0.0.1 {peer}", 8, NetErrorKind.TlsRejected, $"{NoHandshake}the server's certificate {says}") { Peer = FaultScenery.Show(plan) };

    /// <summary>The same for all. What may pass is waited for until the time is up, and no error of TLS then.</summary>
    private static IEnumerable<ProgramFault> OfEachVerb(
        string situation, string options, int exitCode, NetErrorKind kind, string says, Action<Socket> peer, bool mayPass = false)
    {
        var given = options.Length == 0 ? "--tls" : $"{options} --tls";
        yield return new($"{situation}, connect", $"connect {given} 127.0.0.1 {{peer}}", exitCode, kind, says) { Peer = peer };
        yield return new($"{situation}, get", $"get {given} 127.0.0.1 {{peer}} /", exitCode, kind, says) { Peer = peer };
        yield return new($"{situation}, ping", $"ping -c 1 {given} 127.0.0.1:{{peer}}", exitCode, kind, says) { Peer = peer, Output = null };
        yield return mayPass
            ? new($"{situation}, wait", "wait -w 300ms --tls 127.0.0.1:{peer}", 5, null, "not open within 300 ms: tls://127\\.0\\.0\\.1:{peer} ") { Peer = peer, Output = null }
            : new($"{situation}, wait", $"wait {given} 127.0.0.1:{{peer}}", exitCode, kind, says) { Peer = peer };
    }

    private const string NoHandshake = "Connection error: handshake tls 127\\.0\\.0\\.1:{peer}: ";
    private const string AndPin = "[^\n]*\n[^\n]*--pin sha256//[A-Za-z0-9+/]+=";
    private const string SomePin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
}
