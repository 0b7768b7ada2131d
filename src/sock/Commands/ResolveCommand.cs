using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock resolve NAME</c>: the addresses of a host name, or the name of an address.</summary>
internal static class ResolveCommand
{
    public static Verb Create()
    {
        var verb = new Verb("resolve",
            """
            tell the addresses of a host name, or the name of an address
            The addresses are in the order in which `sock connect` tries them. The system is asked, so its file of hosts
            counts. Names under `.invalid` do not exist (RFC 6761), and no name server is asked for them.
            """,
            "sock resolve localhost     an address a line, in the order to try them",
            "sock resolve -6 www.example.com",
            "sock resolve 127.0.0.1");
        var wanted = new Argument<string>("NAME | ADDRESS") { Description = "a host name, or an IPv4 or IPv6 address" };
        var only4 = CommonOptions.OnlyIPv4();
        var only6 = CommonOptions.OnlyIPv6();
        var timeout = CommonOptions.Timeout("longest time to wait for the answer", TimeSpan.FromSeconds(10));
        var verbose = CommonOptions.Verbose("say what each family's look-up brought, and when");
        var json = CommonOptions.Json();
        verb.Add(wanted);
        foreach (var option in new Option[] { only4, only6, timeout, verbose, json })
            verb.Add(option);
        verb.Runs(command => new Settings(
            command.GetRequiredValue(wanted), CommonOptions.FamilyOf(command, only4, only6), command.GetValue(timeout),
            command.GetValue(verbose), command.GetValue(json)), RunAsync);
        return verb;
    }

    private sealed record Settings(string Wanted, AddressFamily? Family, TimeSpan Timeout, bool Verbose, bool Json)
    {
        public ResolveOptions Options(AddressFamily? family) => new() { Family = family, Timeout = Timeout };
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        if (AddressIn(settings) is { } address)
            await PrintNameAsync(address, settings, cancel);
        else
            await PrintAddressesAsync(settings, cancel);
        return ExitCodes.Success;
    }

    /// <summary>The address to find the name of; null for a host name, and for an address that is not of the family asked for.</summary>
    private static IPAddress? AddressIn(Settings settings)
    {
        var host = Address.Tcp(settings.Wanted, 0);
        var isOne = host.IP is not null && host.Host != "*" && (settings.Family ?? host.IP.AddressFamily) == host.IP.AddressFamily;
        return isOne ? host.IP : null;
    }

    private static async Task PrintNameAsync(IPAddress address, Settings settings, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var name = await Resolver.System.NameOfAsync(address, settings.Options(null), cancel);
        if (settings.Verbose)
            Terminal.Say($"{address}: 1 name ({OutcomeText.Of(watch.Elapsed)})");
        if (!settings.Json)
        {
            Terminal.Print(Terminal.Harmless(name));
            return;
        }
        JsonOutput.Print(json =>
        {
            json.WriteString("address", address.ToString());
            json.WriteString("name", name);
        });
    }

    private static async Task PrintAddressesAsync(Settings settings, CancellationToken cancel)
    {
        var resolving = Resolver.System.ResolveAsync(settings.Wanted, settings.Options(settings.Family), cancel);
        if (settings.Verbose)
            await SayAnswersAsync(settings, cancel);
        var addresses = await resolving;
        if (!settings.Json)
        {
            Terminal.Print(string.Join('\n', addresses));
            return;
        }
        JsonOutput.Print(json =>
        {
            json.WriteString("name", settings.Wanted);
            json.WriteStartArray("addresses");
            foreach (var address in addresses)
                json.WriteStringValue(address.ToString());
            json.WriteEndArray();
        });
    }

    /// <summary>Asks for nothing anew: a look-up that is under way is shared.</summary>
    private static Task SayAnswersAsync(Settings settings, CancellationToken cancel)
    {
        AddressFamily[] families = settings.Family is { } family ? [family] : [AddressFamily.InterNetworkV6, AddressFamily.InterNetwork];
        return Task.WhenAll(families.Select(family => SayAnswerAsync(family, settings, cancel)));
    }

    private static async Task SayAnswerAsync(AddressFamily family, Settings settings, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        string answer;
        try
        {
            var addresses = await Resolver.System.ResolveAsync(settings.Wanted, settings.Options(family), cancel);
            answer = addresses.Count == 1 ? "1 address" : $"{addresses.Count} addresses";
        }
        catch (NetException error)
        {
            answer = error.Reason;
        }
        Terminal.Say(Terminal.Harmless($"{(family == AddressFamily.InterNetwork ? "IPv4" : "IPv6")}: {answer} ({OutcomeText.Of(watch.Elapsed)})"));
    }

}
