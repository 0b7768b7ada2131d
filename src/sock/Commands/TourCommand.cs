using Sockeye.Tool.Tour;

namespace Sockeye.Tool.Commands;

/// <summary><c>sock tour</c>: every conversation of the founding chapter, held for real over loopback.</summary>
internal static class TourCommand
{
    public static Verb Create()
    {
        var verb = new Verb("tour",
            """
            show every kind of conversation, and of error
            It starts every service on a free port of this machine, talks to each, and shows both sides. Then it provokes an
            error of each kind, and shows what is said. The exit code is 0 only if each went as it should.
            """,
            "sock tour",
            "sock tour --keep    then talk to the services yourself");
        var keep = CommonOptions.Flag("--keep", "keep the services running afterwards, until Ctrl-C");
        verb.Add(keep);
        verb.Runs(command => new Settings(command.GetValue(keep)), RunAsync);
        return verb;
    }

    private sealed record Settings(bool Keep);

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancel)
    {
        await using var services = await TourServices.StartAsync();
        Terminal.Print("What sockets do, done for real between this program and its services.");
        var stage = new Stage(services, cancel);
        await Scenes.PlayAllAsync(stage);
        Terminal.Print("");
        Terminal.Print(stage.Wrong == 0
            ? $"All {stage.Right} went as they should."
            : $"{stage.Wrong} of {stage.Right + stage.Wrong} did not go as they should.");
        if (settings.Keep)
            await KeepAsync(services, cancel);
        return stage.Wrong == 0 ? ExitCodes.Success : ExitCodes.Unexpected;
    }

    private static async Task KeepAsync(TourServices services, CancellationToken cancel)
    {
        foreach (var bound in services.All)
            Terminal.Print($"  {bound.Service.Name,-9} sock connect localhost {bound.Port}");
        Terminal.Print("Press Ctrl-C to end the services.");
        await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
