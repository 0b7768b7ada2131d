using Xunit;

namespace Sockeye.Tests.Support;

/// <summary>Runs a test in a process of its own, under conditions that would be hard on the others.</summary>
internal static class OwnProcess
{
    /// <summary>Runs the test that calls this where so few descriptors may be open.</summary>
    public static Task WithFewDescriptorsAsync(int descriptors, Func<Task> test)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs ulimit");
        return RunAsync("sh", ["-c", $"ulimit -n {descriptors}; exec \"$@\"", "sh"], test);
    }

    /// <summary>Runs the test that calls this with these variables in its environment.</summary>
    public static Task WithEnvironmentAsync(string variables, Func<Task> test) => RunAsync("env", [variables], test);

    /// <summary>Runs the test that calls this where there is no network but loopback, its only name server is to be at 127.0.0.1:53,
    /// and these lines are the hosts file; skipped where that cannot be had.</summary>
    public static async Task WithOwnNamesAsync(string hosts, Func<Task> test)
    {
        if (IsEntered)
        {
            await test();
            return;
        }
        string[] isolated = ["--map-root-user", "--net", "--mount"];
        Peers.Require("unshare");
        var possible = await RunningProgram.RunAsync("unshare", [.. isolated, "true"]);
        Assert.SkipUnless(possible.ExitCode == 0, $"names of one's own cannot be had here: {possible.Error}");
        using var scratch = new Scratch();
        await File.WriteAllTextAsync(scratch.File("hosts"), hosts);
        await File.WriteAllTextAsync(scratch.File("resolv.conf"), "nameserver 127.0.0.1\noptions attempts:1 timeout:60\n");
        await File.WriteAllTextAsync(scratch.File("nsswitch.conf"), "hosts: files dns\n");
        var prepare = $$"""
            PATH=$PATH:/usr/sbin:/sbin; ip link set lo up || exit
            for file in hosts resolv.conf nsswitch.conf; do mount --bind {{scratch.Directory}}/$file /etc/$file || exit; done
            exec "$@"
            """;
        await RunAsync("unshare", [.. isolated, "sh", "-c", prepare, "sh"], test);
    }

    /// <summary>Runs the test that calls this in a network of its own, which has loopback and what these commands of the shell set up;
    /// skipped where that cannot be had.</summary>
    public static async Task WithOwnNetworkAsync(string setUp, Func<Task> test)
    {
        if (IsEntered)
        {
            await test();
            return;
        }
        string[] isolated = ["--map-root-user", "--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c"];
        var prepare = $"PATH=$PATH:/usr/sbin:/sbin; set -e; mount -t sysfs none /sys; mount -t proc none /proc; ip link set lo up; {setUp}";
        var possible = await RunningProgram.RunAsync(Peers.Require("unshare"), [.. isolated, prepare]);
        Assert.SkipUnless(possible.ExitCode == 0, $"a network of one's own cannot be had here: {possible.Error}");
        await RunAsync("unshare", [.. isolated, $"{prepare}; exec \"$@\"", "sh"], test);
    }

    /// <summary>Opens files until there are no more descriptors; closing the files gives them back.</summary>
    public static IReadOnlyList<FileStream> UseUpDescriptors()
    {
        var hoard = new List<FileStream>();
        try
        {
            while (true)
                hoard.Add(File.OpenRead("/dev/null"));
        }
        catch (IOException)
        {
            return hoard;
        }
    }

    private static bool IsEntered => Environment.GetEnvironmentVariable(Entered) is not null;

    private static async Task RunAsync(string program, string[] args, Func<Task> test)
    {
        if (IsEntered)
        {
            await test();
            return;
        }
        var current = TestContext.Current.TestMethod!;
        var self = Path.Combine(AppContext.BaseDirectory, "Sockeye.Tests");
        var run = await RunningProgram.RunAsync(
            "env", [$"{Entered}=1", program, .. args, self, "-noColor", "-method", $"{current.TestClass.TestClassName}.{current.MethodName}"]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", run.Output);
    }

    private const string Entered = "SOCKEYE_TESTS_OWN_PROCESS";
}
