using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>Where a page is typed: a copy of the checkout, a new home, files of the system that say the same everywhere, and a network that is all its own.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private readonly RunningProgram _network;
    private readonly Dictionary<string, PageTerminal> _terminals = new(StringComparer.Ordinal);
    private readonly bool _forgiving;

    private Stage(RunningProgram network, bool forgiving) => (_network, _forgiving) = (network, forgiving);

    /// <summary>Sets it up anew; the test is skipped where no network of its own can be had. Forgiving terminals may show anything.</summary>
    public static async Task<Stage> OpenAsync(IEnumerable<string> commands, bool forgiving)
    {
        Peers.Require("script");
        Peers.Require("nsenter");
        Checkout.Renew();
        await Checkout.BuildExamplesAsync(commands);
        var network = RunningProgram.Start(Peers.Require("unshare"), [.. Isolated, "sh", "-ec", $"PATH=$PATH:/usr/sbin:/sbin; {SystemFiles.MountFrom(Checkout.SystemFiles)}; ip link set lo up; echo up; exec cat"]);
        var isUp = await network.OutputBecomesAsync(output => output.Contains("up\n", StringComparison.Ordinal), RunningProgram.HangGuard);
        if (!isUp)
            await network.DisposeAsync();
        Assert.SkipUnless(isUp, $"a network of one's own cannot be had here: {network.Error}");
        return new Stage(network, forgiving);
    }

    /// <summary>The terminal of this name.</summary>
    public async Task<PageTerminal> TerminalAsync(string name)
    {
        if (!_terminals.TryGetValue(name, out var terminal))
        {
            _terminals[name] = terminal = new PageTerminal(Login(), _forgiving);
            await terminal.OpenAsync();
        }
        return terminal;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var terminal in _terminals.Values)
            await terminal.DisposeAsync();
        await _network.DisposeAsync();
    }

    private RunningProgram Login() => RunningProgram.Start("nsenter",
        ["--target", _network.Id.ToString(), .. Entering, "script", "-qefc", Shell, "/dev/null"], Checkout.Environment);

    private static string Shell =>
        $"stty cols 80 rows 24; cd '{Checkout.Directory}'; exec env 'PS1={PageTerminal.Prompt}' PS2= bash --noprofile --norc --noediting -i";

    private static string[] Isolated => Environment.IsPrivilegedProcess ? ["--net", "--mount"] : ["--map-root-user", "--net", "--mount"];

    private static string[] Entering => Environment.IsPrivilegedProcess ? ["--net", "--mount"] : ["--preserve-credentials", "--user", "--net", "--mount"];
}
