using System.CommandLine;
using System.Globalization;
using Sockeye.Protocols;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock time HOST</c>: asks a host what time it is.</summary>
internal static class TimeCommand
{
    public static Verb Create()
    {
        var verb = new Verb("time",
            """
            ask a host what time it is (RFC 868 over UDP)
            The question is an empty datagram, the answer the seconds since 1900 in four bytes, printed as local time. One
            that is lost is asked for again. An answer of another size than four bytes is warned of if it is longer, and
            is an error (exit code 8) if it is shorter.
            """,
            "sock time time.example.com                  its time, as local time",
            "sock time -v --utc localhost --port 51437   UTC, and our clock's offset",
            "sock time --daytime --tcp localhost:51413   in the server's own words");
        var server = new Argument<string>("HOST") { Description = "whom to ask: HOST, `HOST:PORT`, `[v6]:PORT`, `tcp://HOST:PORT`" };
        var port = CommonOptions.Text("--port", "PORT", "port number or service name (default time, or daytime)", "-p");
        var tcp = CommonOptions.Flag("--tcp", "ask over TCP\nIt helps where datagrams do not get through.");
        var daytime = CommonOptions.Flag("--daytime", "ask for a line of text (RFC 867)\nIt is printed as the server words it; the port is daytime then.");
        var retries = CommonOptions.Count("--retries", "how often to ask again when nothing comes (default 2)\n`0` makes it one try.", 2, 0, 1000);
        var timeout = CommonOptions.Timeout("how long each try waits", TimeSpan.FromSeconds(1));
        var utc = CommonOptions.Flag("--utc", "print UTC, not local time", "-u");
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        var json = CommonOptions.Json();
        var verbose = CommonOptions.Verbose("say who answered, and how far the local clock is off\nAlso which try it was, and how long the answer took.");
        verb.Add(server);
        foreach (var option in (Option[])[port, tcp, daytime, retries, timeout, utc, only4, only6, json, verbose])
            verb.Add(option);
        verb.Runs(command => new Settings(
            ServerOf(command.GetRequiredValue(server), command.GetValue(port), command.GetValue(tcp), command.GetValue(daytime)),
            new QueryOptions
            {
                Tries = command.GetValue(retries) + 1,
                Timeout = command.GetValue(timeout),
                Connect = new() { Family = CommonOptions.FamilyOf(command, only4, only6) },
            },
            command.GetValue(daytime),
            command.GetValue(utc),
            command.GetValue(json),
            command.GetValue(verbose)), RunAsync);
        return verb;
    }

    private sealed record Settings(Address Server, QueryOptions Query, bool Daytime, bool Utc, bool Json, bool Verbose);

    private static Address ServerOf(string text, string? port, bool tcp, bool daytime)
    {
        var isBareHost = AddressArguments.IsBareHost(text);
        if (!isBareHost && port is not null)
            throw new UsageException($"two ports for '{text}'", "Leave out --port.");
        port ??= daytime ? "daytime" : "time";
        var address = (isBareHost, tcp) switch
        {
            (true, true) => Address.Tcp(text, port),
            (true, false) => Address.Udp(text, port),
            (false, _) => Address.Parse(text, tcp ? Transport.Tcp : Transport.Udp),
        };
        return !tcp || address.Transport == Transport.Tcp
            ? address
            : throw new UsageException($"'{text}' is no TCP address", "Leave out --tcp.");
    }

    private static Task<int> RunAsync(Settings settings, CancellationToken cancel) =>
        settings.Daytime ? AskForTextAsync(settings, cancel) : AskForTimeAsync(settings, cancel);

    private static async Task<int> AskForTextAsync(Settings settings, CancellationToken cancel)
    {
        var text = await Daytime.QueryAsync(settings.Server, settings.Query, cancel);
        if (settings.Json)
            JsonOutput.Print(json =>
            {
                json.WriteString("text", text);
                JsonOutput.WriteAddress(json, "server", settings.Server);
            });
        else
            Terminal.Print(Terminal.OutputIsTerminal ? Terminal.Harmless(text) : text);
        return ExitCodes.Success;
    }

    private static async Task<int> AskForTimeAsync(Settings settings, CancellationToken cancel)
    {
        var reading = await Time.MeasureAsync(settings.Server, settings.Query, cancel);
        if (settings.Json)
            JsonOutput.Print(json =>
            {
                json.WriteString("time", reading.Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                JsonOutput.WriteAddress(json, "server", reading.Server);
                json.WriteNumber("offsetSeconds", Math.Round(reading.Offset.TotalSeconds, 3));
                json.WriteNumber("roundTripMilliseconds", Math.Round(reading.RoundTrip.TotalMilliseconds, 3));
                json.WriteNumber("tries", reading.Tries);
                json.WriteNumber("extraBytes", reading.ExtraBytes);
            });
        else
            Terminal.Print((settings.Utc ? reading.Time : reading.Time.ToLocalTime()).ToString(Format, CultureInfo.InvariantCulture));
        if (reading.ExtraBytes > 0)
            Terminal.Say($"sock: warning: the server sent {reading.ExtraBytes + 4} bytes; the first four were taken for the time");
        if (settings.Verbose)
            Explain(reading);
        return ExitCodes.Success;
    }

    private static void Explain(TimeReading reading)
    {
        var tries = reading.Tries == 1 ? "the first try" : $"try {reading.Tries}";
        Terminal.Say($"{reading.Server} answered {tries} in {OutcomeText.Of(reading.RoundTrip)}");
        var off = reading.Offset.Duration();
        Terminal.Say(off < Meaningless
            ? "The local clock agrees to the second."
            : $"The local clock is {off.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s {(reading.Offset > TimeSpan.Zero ? "slow" : "fast")}.");
    }

    private const string Format = "yyyy-MM-dd HH:mm:ss zzz";

    // A server leaves out the fraction of its second.
    private static readonly TimeSpan Meaningless = TimeSpan.FromSeconds(1.1);
}
