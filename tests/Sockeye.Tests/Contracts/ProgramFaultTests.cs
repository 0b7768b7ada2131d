using System.Text.Json;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>Every exit code and every kind of error that the program can meet, provoked for real: what it says, where, and what
/// it ends with. The library's half is in <see cref="FaultMatrixTests"/>.</summary>
public partial class ProgramFaultTests
{
    private const int HangGuard = 150_000;

    public static TheoryData<string> Rows => [.. Faults.Select(fault => fault.Situation)];

    public static TheoryData<string> RowsWithJson => [.. Faults.Where(HasJson).Select(fault => fault.Situation)];

    [Theory(Timeout = HangGuard), MemberData(nameof(Rows))]
    public async Task It_is_said_in_one_line_and_perhaps_one_of_advice(string situation)
    {
        var (fault, result) = await RunAsync(situation);
        Assert.Equal((fault.ExitCode, fault.Output ?? result.Output), (result.ExitCode, result.Output));
        Assert.Matches($@"\A{fault.Announcement}sock: {fault.Says}[^\n]*\n([^\n]+\n)?\z", result.Error);
        AssertNoStackTrace(result.Error);
    }

    [Theory(Timeout = HangGuard), MemberData(nameof(RowsWithJson))]
    public async Task It_is_one_object_with_json(string situation)
    {
        var (fault, result) = await RunAsync(situation, "--json");
        Assert.Equal(fault.ExitCode, result.ExitCode);
        AssertNoStackTrace(result.Error);
        var objects = result.Error.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var error = Assert.Single(objects, value => value.TryGetProperty("exitCode", out _));
        Assert.Equal(fault.ExitCode, error.GetProperty("exitCode").GetInt32());
        Assert.NotEmpty(error.GetProperty("error").GetString()!);
        if (fault.Kind is not { } kind)
            return;
        Assert.Equal((kind.ToString(), NetErrors.BlameOf(kind).ToString()), (error.GetProperty("kind").GetString(), error.GetProperty("blame").GetString()));
        Assert.True(Enum.TryParse<NetOperation>(error.GetProperty("operation").GetString(), out var operation));
        if (operation is not (NetOperation.Parse or NetOperation.Resolve))
            Assert.NotEmpty(error.GetProperty("address").GetString()!);
    }

    [Fact]
    public void Every_exit_code_and_every_kind_that_can_be_met_is_in_the_matrix()
    {
        // A proxy comes later; an unexpected error has no cause that could be provoked; the others are in ProgramEndTests and
        // ProgramSandboxTests.
        NetErrorKind[] elsewhere =
        [
            NetErrorKind.ProxyRefused, NetErrorKind.Unexpected, NetErrorKind.NameServerFailed,
            NetErrorKind.NoNameForAddress, NetErrorKind.AccessDenied, NetErrorKind.ResourceExhausted, NetErrorKind.ClosedForWriting,
        ];
        Assert.Empty(Enum.GetValues<NetErrorKind>().Except(Faults.Where(fault => fault.Kind is not null).Select(fault => fault.Kind!.Value)).Except(elsewhere));
        Assert.Equal([2, 3, 4, 5, 6, 7, 8], Faults.Select(fault => fault.ExitCode).Distinct().Order());
    }

    private static readonly ProgramFault[] Faults =
    [
        .. Knocks,
        .. TlsFaults,
        new("no argument", "connect", 2, null, "connect needs "),
        new("unknown option", "connect --bogus 127.0.0.1 80", 2, null, "unknown option '--bogus'"),
        new("options that exclude each other", "connect -4 -6 127.0.0.1 80", 2, null, "-4 and -6 exclude each other"),
        new("a limit that is no time", "connect --idle soon 127.0.0.1 80", 2, null, "--idle takes a time"),
        new("an unknown verb", "conect 127.0.0.1 80", 2, null, "unknown verb 'conect'"),
        new("port out of range", "connect 127.0.0.1 65536", 2, NetErrorKind.InvalidAddress, ".*65536"),
        new("port with a sign", "connect 127.0.0.1 +80", 2, NetErrorKind.InvalidAddress, ".*'\\+80'"),
        new("port in hexadecimal", "connect 127.0.0.1 0x50", 2, NetErrorKind.InvalidAddress, ".*'0x50'"),
        new("port with a blank", "connect 127.0.0.1 ~80", 2, NetErrorKind.InvalidAddress, ".*' 80'"),
        new("port 0 as a target", "connect 127.0.0.1 0", 2, NetErrorKind.InvalidAddress, ".*port 0"),
        new("port 0 as a target, udp", "connect -u 127.0.0.1 0", 2, NetErrorKind.InvalidAddress, ".*port 0"),
        new("octal address", "connect 010.0.0.1 80", 2, NetErrorKind.InvalidAddress, ".*010\\.0\\.0\\.1"),
        new("IPv6 without brackets", "connect ::1:80", 2, NetErrorKind.InvalidAddress, ".*bracket"),
        new("Unix path too long", $"connect unix:/{new string('x', 120)}", 2, NetErrorKind.InvalidAddress, ".*too long"),
        new("source of another family", "connect -s ::1 127.0.0.1 {closed}", 2, NetErrorKind.InvalidAddress, ".*::1"),
        new("name where numbers are asked for", "connect -n localhost 80", 2, NetErrorKind.InvalidAddress, ".*localhost:80: a host name"),
        new("control character in a path", "get 127.0.0.1 {peer} /a\rb", 2, NetErrorKind.InvalidAddress, ".*cannot be sent"),
        new("TLS with datagrams", "listen --tls -u 127.0.0.1 0", 2, null, "TLS is for connections"),
        new("certificate without TLS", "listen --cert x.pem 127.0.0.1 0", 2, null, "--cert is for TLS"),
        new("version of TLS that is broken", "listen --tls --tls-min 1.0 127.0.0.1 0", 2, null, "--tls-min takes 1\\.2 or 1\\.3"),
        new("fewer keys than certificates", "listen --tls --cert a --cert b --key a 127.0.0.1 0", 2, null, "--key is given 1 time and --cert 2 times"),
        new("listening at a host name", "listen www.example.com 0", 2, NetErrorKind.InvalidAddress, ".*www\\.example\\.com"),
        new("unknown service to serve", "serve ecko", 2, null, ".*'?ecko'?"),
        new("service unknown", "connect 127.0.0.1 nosuchservice", 2, NetErrorKind.UnknownService, "Couldn't find your port: .*nosuchservice"),
        new("service known for tcp only", "connect -u 127.0.0.1 ntske", 2, NetErrorKind.UnknownService, "Couldn't find your port: .*tcp only"),
        new("port without a name", "port 64999", 2, NetErrorKind.UnknownService, "Couldn't find your port: .*64999"),

        new("name not found", "connect nosuch.invalid 80", 3, NetErrorKind.NameNotFound, NoAddress("tcp nosuch\\.invalid:80")),
        new("name not found, udp", "connect -u nosuch.invalid 80", 3, NetErrorKind.NameNotFound, NoAddress("udp nosuch\\.invalid:80")),
        new("name not found, get", "get nosuch.invalid 80 /", 3, NetErrorKind.NameNotFound, NoAddress("tcp nosuch\\.invalid:80")),
        new("name not found, time", "time nosuch.invalid", 3, NetErrorKind.NameNotFound, NoAddress("udp nosuch\\.invalid:time")),
        new("name not found, resolve", "resolve nosuch.invalid", 3, NetErrorKind.NameNotFound, "resolve: there is no host 'nosuch\\.invalid'"),
        new("no address of the family", "connect -6 127.0.0.1 80", 3, NetErrorKind.NameNotFound, NoAddress("tcp 127\\.0\\.0\\.1:80")),


        new("refused", "connect 127.0.0.1 {closed}", 4, NetErrorKind.Refused, NoConnection),
        new("refused at both families", "connect localhost {closed}", 4, NetErrorKind.Refused, NoConnection + ".*tried "),
        new("refused, only knocking", "connect -z 127.0.0.1 {closed}", 4, NetErrorKind.Refused, NoConnection),
        new("refused, get", "get 127.0.0.1 {closed} /", 4, NetErrorKind.Refused, NoConnection),
        new("refused, udp", "connect -u 127.0.0.1 {closed}", 4, NetErrorKind.Refused, "Error receiving data: .*refused") { Input = "anybody?" },
        new("refused, time", "time 127.0.0.1:{closed}", 4, NetErrorKind.Refused, ".*refused"),
        new("refused, Unix", "connect -U {bound}", 4, NetErrorKind.Refused, NoConnection),
        new("unreachable", "connect 224.0.0.1 80", 4, NetErrorKind.Unreachable, NoConnection),

        new("refused again", "connect --retry 1 --retry-delay 1ms 127.0.0.1 {closed}", 4, NetErrorKind.Refused, NoConnection)
            { Announcement = $"sock: {NoConnection}[^\\n]*; trying again in [^\\n]* \\(1 of 1\\)\\n" },
        new("nobody there in all the time", "connect --retry 9 --retry-delay 1h --max-time 1s 127.0.0.1 {closed}", 5, null, "the conversation did not end within 1 s")
            { Announcement = $"sock: {NoConnection}[^\\n]*; trying again in [^\\n]* \\(1 of 9\\)\\n" },

        new("peer's queue full", "connect -w 200ms 127.0.0.1 {full}", 5, NetErrorKind.TimedOut, NoConnection + ".*200 ms"),
        new("peer's queue full, get", "get -w 200ms 127.0.0.1 {full} /", 5, NetErrorKind.TimedOut, NoConnection),
        new("silent peer", "connect --idle 200ms 127.0.0.1 {peer}", 5, NetErrorKind.TimedOut, "Error receiving data: .*200 ms"),
        new("silent peer, time in all", "connect --max-time 200ms 127.0.0.1 {peer}", 5, NetErrorKind.TimedOut, ".*200 ms"),
        new("silent peer, get", "get --timeout 1s 127.0.0.1 {peer} /", 5, NetErrorKind.TimedOut, "Error receiving data: "),
        new("silent peer, time", "time --timeout 100ms --retries 1 127.0.0.1:{peer}", 5, NetErrorKind.TimedOut, "Error receiving data: "),
        new("fewer replies than asked for", "connect -u --replies 2 -q 200ms 127.0.0.1 {peer}", 5, NetErrorKind.TimedOut, ".*1 of 2") { Input = "hello", Reply = "one", Output = "one" },
        new("nobody calls", "listen --accept-timeout 200ms 127.0.0.1 0", 5, null, "nobody called within 200 ms") { Announcement = "Listening at 127\\.0\\.0\\.1:\\d+\\n" },

        new("nobody shakes hands", "listen --tls --accept-timeout 200ms 127.0.0.1 0", 5, null, "nobody called within 200 ms")
            { Announcement = "Listening at tls://127\\.0\\.0\\.1:\\d+\\nSelf-signed [^\\n]+\\nClients [^\\n]+\\n" },
        new("port in use", "listen 127.0.0.1 {peer}", 6, NetErrorKind.AddressInUse, ".*{peer}.*taken"),
        new("port in use, udp", "listen -u 127.0.0.1 {peer}", 6, NetErrorKind.AddressInUse, ".*{peer}.*taken"),
        new("port in use, serve", "serve echo={peer}", 6, NetErrorKind.AddressInUse, ".*{peer}.*taken"),
        new("path in use", "listen -U {bound}", 6, NetErrorKind.AddressInUse, ".*{bound}: another program has this path"),
        new("address not ours", "listen 198.51.100.7 0", 6, NetErrorKind.AddressUnavailable, ".*198\\.51\\.100\\.7"),
        new("source not ours", "connect -s 198.51.100.7 127.0.0.1 {peer}", 6, NetErrorKind.AddressUnavailable, NoConnection + ".*198\\.51\\.100\\.7"),
        new("Unix path missing", "connect -U {directory}/nothing", 6, NetErrorKind.NotFound, NoConnection),
        new("Unix directory missing, listening", "listen -U {directory}/no/socket", 6, NetErrorKind.NotFound, ".*no/socket"),
        new("Unix socket of another type", "connect -U {datagrams}", 6, NetErrorKind.Unsupported, NoConnection),
        new("output file that cannot be made", "connect -o {directory}/no/file 127.0.0.1 {peer}", 6, null, ".*no/file"),
        new("output file that cannot be made, get", "get -o {directory}/no/file 127.0.0.1 {peer} /", 6, null, ".*no/file") { Peer = FaultScenery.Say("HTTP/1.0 200 OK\r\n\r\nbody") },
        new("certificate that is not there", "listen --tls --cert {directory}/no 127.0.0.1 0", 6, null, ".*/no"),
        new("file without a certificate", "listen --tls --cert /dev/null 127.0.0.1 0", 6, null, "'/dev/null' holds no certificate"),
        new("file without a certificate, serve", "serve http=0 --tls --cert /dev/null", 6, null, "'/dev/null' holds no certificate"),
        new("file without authorities", "listen --tls --client-cert required --ca-file /dev/null 127.0.0.1 0", 6, null, "'/dev/null' holds no certificate"),
        new("directory that is not there, serve", "serve http=0 --root {directory}/no", 6, null, ".*/no"),

        new("reset", "connect 127.0.0.1 {peer}", 7, NetErrorKind.Reset, "Error (receiving|sending) data: .*reset.*1 byte sent")
            { Peer = FaultScenery.ResetAfterAByte, Input = "x", InputStaysOpen = true },
        new("reset, get", "get 127.0.0.1 {peer} /", 7, NetErrorKind.Reset, "Error (receiving|sending) data: .*reset") { Peer = FaultScenery.ResetAfterAByte },
        new("body cut short", "get 127.0.0.1 {peer} /", 7, NetErrorKind.ClosedEarly, "Error receiving data: .*")
            { Peer = FaultScenery.Say("HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nshort"), Output = "short" },
        new("no answer at all, get", "get 127.0.0.1 {peer} /", 7, NetErrorKind.ClosedEarly, "Error receiving data: .*") { Peer = FaultScenery.Say("") },

        new("silent peer, cert", "cert --timeout 1s 127.0.0.1 {peer}", 5, NetErrorKind.TimedOut, "Connection error: handshake tls 127\\.0\\.0\\.1:{peer}: not done within 1 s"),
        new("silent peer, cert with STARTTLS", "cert --starttls smtp --timeout 1s 127.0.0.1 {peer}", 5, NetErrorKind.TimedOut, "Connection error: handshake "),
        new("refused, cert", "cert 127.0.0.1 {closed}", 4, NetErrorKind.Refused, "Connection error: connect tls "),
        new("no TLS, cert", "cert 127.0.0.1 {peer}", 8, NetErrorKind.ProtocolViolation, "Connection error: handshake .*does not speak TLS: it began with '220 hi'")
            { Peer = FaultScenery.Say("220 hi\r\n") },
        new("no STARTTLS, connect", "connect --starttls smtp 127.0.0.1 {peer}", 8, NetErrorKind.TlsRejected, "Connection error: handshake .*the server does not offer STARTTLS")
            { Peer = FaultScenery.Say("220 hi\r\n250 mail.test\r\n") },
        new("STARTTLS with bytes slipped in, cert", "cert --starttls pop3 127.0.0.1 {peer}", 8, NetErrorKind.ProtocolViolation, "Connection error: handshake .*5 bytes came unencrypted")
            { Peer = FaultScenery.Say("+OK hi\r\n+OK go\r\n+OK\r\n") },
        new("the end instead of STARTTLS, cert", "cert --starttls imap 127.0.0.1 {peer}", 7, NetErrorKind.ClosedEarly, "Connection error: handshake .*the peer ended the connection instead of greeting")
            { Peer = FaultScenery.Say("") },

        new("status 404", "get 127.0.0.1 {peer} /", 8, null, "the server answered 404 Not Found") { Peer = FaultScenery.Say("HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n") },
        new("no HTTP", "get 127.0.0.1 {peer} /", 8, NetErrorKind.ProtocolViolation, "Error receiving data: ") { Peer = FaultScenery.Say("220 mail.example.com ESMTP\r\n") },
        new("body larger than allowed", "get --max-size 5 127.0.0.1 {peer} /", 8, NetErrorKind.LimitExceeded, "Error receiving data: ")
            { Peer = FaultScenery.Say("HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n0123456789") },
        new("time of three bytes", "time 127.0.0.1:{peer}", 8, NetErrorKind.ProtocolViolation, "Error receiving data: .*has 3") { Reply = "abc" },
        new("datagram too large", "connect -u --datagrams whole 127.0.0.1 {peer}", 8, NetErrorKind.MessageTooLarge, "Error sending data: ") { Input = new string('x', 70_000) },
    ];

    private static string NoAddress(string host) => $"Address-related error connecting to server: resolve {host}";

    private const string NoConnection = "Connection error: connect (tcp|udp|unix) ?";

    /// <summary>Verbs that print no data have nothing to print as JSON.</summary>
    private static bool HasJson(ProgramFault fault) => fault.Line.Split(' ')[0] is "connect" or "listen" or "time" or "port" or "resolve" or "get" or "cert" or "wait" or "ping";

    private static async Task<(ProgramFault Fault, ProgramResult Result)> RunAsync(string situation, params string[] options)
    {
        var fault = Faults.Single(fault => fault.Situation == situation);
        using var scenery = new FaultScenery(fault);
        var words = scenery.Arguments(fault.Line);
        await using var sock = SockProcess.Start([words[0], .. options, .. words[1..]]);
        await sock.WriteAsync(fault.Input);
        // Limits that count from the end of input leave an answer all the time before.
        if (fault is { Reply: not null, Output: { } output })
            await sock.WaitForOutputAsync(output);
        if (!fault.InputStaysOpen)
            sock.EndInput();
        return (fault with { Says = scenery.Fill(fault.Says) }, await sock.WaitAsync());
    }

    private static void AssertNoStackTrace(string text)
    {
        Assert.DoesNotContain("   at ", text);
        Assert.DoesNotContain("Exception", text);
    }
}
