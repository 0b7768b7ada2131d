using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Engines;

/// <summary>Everything that is tested of connections, servers, protocols and sessions holds on the readiness loop as well: the
/// same tests once more, in a process where whoever names no engine gets the loop.</summary>
public class BothEnginesTests
{
    private static readonly string[] Suites =
    [
        "Sockeye.Tests.Connect*", "Sockeye.Tests.Server*", "Sockeye.Tests.ListenerTests", "Sockeye.Tests.Lines*",
        "Sockeye.Tests.Layer*", "Sockeye.Tests.AccessTests", "Sockeye.Tests.Misbehaving*", "Sockeye.Tests.Telemetry*",
        "Sockeye.Tests.UnixListenerTests", "Sockeye.Tests.Tls.*", "Sockeye.Tests.Sessions.*", "Sockeye.Tests.Protocols.*",
        "*.DatagramServerTests", "*.DatagramBatchTests", "*.FaultMatrixTests", "*.LeakTests", "*.EngineSwitchTests",
    ];

    [Fact(Timeout = 600_000), Trait("Speed", "Slow")]
    public async Task The_suites_pass_on_the_readiness_loop()
    {
        OnLoop.Require();
        Assert.SkipWhen(EngineSwitch.IsOn, "this is that run");
        var self = Path.Combine(AppContext.BaseDirectory, "Sockeye.Tests");
        await using var suites = RunningProgram.Start(
            self, ["-noColor", "-noLogo", .. Suites.SelectMany(suite => (string[])["-class", suite])],
            new Dictionary<string, string>(StringComparer.Ordinal) { [EngineSwitch.Variable] = "1" });
        suites.EndInput();
        var run = await suites.WaitAsync(TimeSpan.FromMinutes(9));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }
}

/// <summary>The switch of a program's configuration decides for whoever names no engine.</summary>
public class EngineSwitchTests
{
    [Fact]
    public void Whoever_names_no_engine_gets_the_one_of_the_configuration()
    {
        var expected = EngineSwitch.IsOn ? SocketEngine.ReadinessLoop : SocketEngine.Stock;
        Assert.Equal((expected, expected), (new ConnectOptions().Engine, new ListenOptions().Engine));
        Assert.Equal(EngineSwitch.IsOn && OperatingSystem.IsLinux(), ReadinessLoops.ForDialling(new ConnectOptions().Engine) is not null);
    }
}
