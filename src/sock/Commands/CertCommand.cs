using System.CommandLine;
using System.Net.Sockets;
using Sockeye.Tls;
using Sockeye.Tool.Certificates;
using Sockeye.Tool.Knocking;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock cert ADDRESS</c>: the certificates that a server shows, and whether they are trusted here.</summary>
internal static class CertCommand
{
    public static Verb Create()
    {
        var verb = new Verb("cert",
            """
            show a server's certificates, and whether they are trusted here
            What TLS agreed on; the server's certificate and its issuers, as far as they are known; and the verdict. It is
            what `sock connect --tls` would say with the same options.

            If a certificate would not be trusted, or ends within `--warn-days`, the exit code is 8; all of it is printed
            all the same. Whether the server would want a certificate of ours is not found out with TLS 1.3.
            """,
            "sock cert www.example.com",
            "sock cert --warn-days 21 --json www.example.com",
            "sock cert --starttls smtp mail.example.com 25",
            "sock cert --pem localhost:8443 > server.pem      for --ca-file");
        var address = AddressArguments.OfTlsPeer(verb);
        var timeout = CommonOptions.Timeout("longest time to connect and shake hands", TimeSpan.FromSeconds(10));
        var warnDays = CommonOptions.Count("--warn-days", "exit code 8 if a certificate ends within N days", 0, 1, MostDays);
        var pem = CommonOptions.Flag("--pem", "print the certificates themselves (PEM)");
        var json = CommonOptions.Json();
        var verbose = CommonOptions.Verbose("say what was tried, and what was said before TLS");
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        foreach (var option in (Option[])[timeout, warnDays, pem, json, verbose])
            verb.Add(option);
        var tls = new TlsClientArguments(verb, isAlwaysOn: true);
        verb.AddSeldomUsed(only4, only6);
        verb.Runs(
            command => new Settings
            {
                Target = tls.Settle(command, address.Stream(command, () => UsualPort(tls.StartTlsOf(command)))),
                Timeout = command.GetValue(timeout),
                Family = CommonOptions.FamilyOf(command, only4, only6),
                WarnDays = command.IsGiven("--warn-days") ? command.GetValue(warnDays) : null,
                Form = FormOf(command.GetValue(pem), command.GetValue(json)),
                Verbose = command.GetValue(verbose),
            },
            RunAsync);
        return verb;
    }

    private enum Form
    {
        Screen,
        Json,
        Pem,
    }

    private sealed record Settings
    {
        public required Target Target { get; init; }
        public required TimeSpan Timeout { get; init; }
        public required AddressFamily? Family { get; init; }
        public required int? WarnDays { get; init; }
        public required Form Form { get; init; }
        public required bool Verbose { get; init; }
    }

    private static int UsualPort(StartTlsProtocol? protocol) => protocol is { } begins
        ? throw new UsageException("--starttls needs a port", $"It is usually {StartTlsArgument.PortsOf(begins)}.")
        : 443;

    private static Form FormOf(bool pem, bool json) => (pem, json) switch
    {
        (true, true) => throw new UsageException("--pem and --json exclude each other"),
        (true, _) => Form.Pem,
        (_, true) => Form.Json,
        _ => Form.Screen,
    };

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        Examination? found = null;
        var tls = settings.Target.Tls!;
        // All is looked at and nothing refused: a wrong key would end the handshake even so.
        var target = settings.Target with
        {
            Tls = tls with { Insecure = true, Pins = [], OnCertificate = verdict => found = Examine(settings, WithPins(verdict, tls.Pins)) },
        };
        try
        {
            await using var connection = await Connection.ConnectAsync(target.Address, OptionsOf(settings, target), cancel);
            found = found! with { Remote = connection.RemoteAddress, Tls = TlsInfo.Of(connection) };
        }
        finally
        {
            if (found is { Verdict.Certificates.Count: > 0 })
                Print(settings, found);
        }
        return found.IsGood ? ExitCodes.Success : throw Complain(settings, found);
    }

    private static Examination Examine(Settings settings, CertificateVerdict verdict) => new()
    {
        Address = settings.Target.Address,
        Verdict = verdict,
        Now = TimeProvider.System.GetUtcNow(),
        WarnDays = settings.WarnDays,
    };

    private static CertificateVerdict WithPins(CertificateVerdict verdict, IReadOnlyList<string> pins) =>
        pins.Count == 0 || verdict.Certificates is [var own, ..] && pins.Contains(own.Pin)
            ? verdict
            : verdict with { Problems = [.. verdict.Problems, new(CertificateProblemKind.WrongKey, "has another key than the pinned one")] };

    private static ConnectOptions OptionsOf(Settings settings, Target target) => new()
    {
        Timeout = settings.Timeout,
        Family = settings.Family,
        Layers = target.Layers(settings.Verbose ? line => Terminal.Say(StartTlsArgument.InWords(line)) : null),
        OnAttempt = settings.Verbose ? Tried : null,
        Connection = Knock.Manners,
    };

    private static void Tried(ConnectAttempt attempt)
    {
        if (attempt.Error is { } error)
            Terminal.Say($"Tried {attempt.Address}: {error.Reason} ({OutcomeText.Of(attempt.Elapsed)})");
    }

    private static void Print(Settings settings, Examination found)
    {
        if (settings.Form == Form.Json)
            ExaminationText.PrintJson(found);
        else if (settings.Form == Form.Pem)
            ExaminationText.PrintPem(found);
        else
            ExaminationText.Print(found);
    }

    /// <summary>On a screen the reasons stand above.</summary>
    private static AdvisedException Complain(Settings settings, Examination found) => new(
        new BadStatusException(settings.Form switch
        {
            Form.Screen when found.IsTrusted => $"{found.Address}: a certificate ends soon",
            Form.Screen => $"{found.Address} would not be trusted",
            _ => found.Complaint,
        }),
        AdviceFor(found));

    private static string AdviceFor(Examination found) => found.Verdict.Problems.FirstOrDefault()?.Kind switch
    {
        null => "It is time to renew it.",
        CertificateProblemKind.Expired => "It has to be renewed; or this machine's clock is wrong.",
        CertificateProblemKind.NotYetValid => "This machine's clock may be wrong.",
        CertificateProblemKind.WrongName when TlsAdvice.NameToAskFor(found.Verdict.Certificates[0]) is { } name =>
            $"--servername {name} asks for a name that it is for.",
        CertificateProblemKind.WrongName => "--servername HOST says for which name it has to be.",
        CertificateProblemKind.SelfSigned or CertificateProblemKind.UnknownIssuer => "--ca-file FILE says who else may issue certificates; --pem prints them.",
        CertificateProblemKind.WrongKey => "Ask the server's owner which key it has.",
        _ => "Ask the server's owner.",
    };

    private const int MostDays = 36_500;
}
