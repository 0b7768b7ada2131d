using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary>What starting the program may cost, in what does not depend on how fast the machine is. Each limit leaves room for
/// verbs to come; docs/performance.md says what there is.</summary>
public sealed class StartTests : IDisposable
{
    private Socket? _peer;

    public StartTests() => Assert.SkipUnless(OperatingSystem.IsLinux() && SockProcess.IsNative, "it is about native code, and asks /proc");

    public void Dispose() => _peer?.Dispose();

    [Fact]
    public void The_program_stays_small() => Assert.InRange(new FileInfo(SockProcess.Binary).Length, 0, LargestProgram);

    [Fact(Timeout = HangGuard)]
    public async Task A_conversation_loads_no_library_but_the_C_librarys_own()
    {
        await using var program = await TalkAsync();
        var loaded = File.ReadLines($"/proc/{program.Id}/maps")
            .Where(line => line.Contains(".so", StringComparison.Ordinal))
            .Select(line => Path.GetFileName(line.Split(' ')[^1]))
            .Distinct();
        Assert.DoesNotContain(loaded, name => !CLibrary.Any(own => name.StartsWith(own, StringComparison.Ordinal)));
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_conversation_begins_no_thread_without_need()
    {
        await using var program = await TalkAsync();
        var begun = ThreadsOf(program);
        Assert.DoesNotContain(begun, name => !Threads.Contains(name));
        Assert.Single(begun, "Sockeye loop");
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_conversation_that_waits_for_its_peer_alone_begins_no_thread_of_the_pool()
    {
        await using var program = await TalkAsync(port => RunningProgram.Start(
            "bash", ["-c", $"exec '{SockProcess.Binary}' connect 127.0.0.1 {port} <<< '?'"]));
        var begun = ThreadsOf(program);
        Assert.DoesNotContain(begun, name => name.StartsWith(".NET TP", StringComparison.Ordinal) || name == ".NET Timer");
    }

    /// <summary>Pages are touched by what is unpacked, adjusted, allocated and run.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task A_conversation_touches_few_pages()
    {
        await using var program = await TalkAsync();
        // What stands behind the program's name, which is in parentheses: state, and from there the eighth is minflt.
        var status = File.ReadAllText($"/proc/{program.Id}/stat").Split(") ")[1].Split(' ');
        Assert.InRange(int.Parse(status[7], CultureInfo.InvariantCulture), 1, MostPageFaults);
    }

    /// <summary>The code that runs at a start lies together (src/sock/StartOrder.txt): what lies around it is mapped with it.</summary>
    [Fact(Timeout = HangGuard)]
    public async Task A_conversation_takes_little_memory()
    {
        await using var program = await TalkAsync();
        var peak = File.ReadLines($"/proc/{program.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        Assert.InRange(int.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1], CultureInfo.InvariantCulture), 1, MostMemory);
    }

    private static List<string> ThreadsOf(RunningProgram program) =>
    [
        .. Directory.EnumerateDirectories($"/proc/{program.Id}/task").Select(thread => File.ReadAllText(Path.Combine(thread, "comm")).Trim()),
    ];

    private Task<RunningProgram> TalkAsync() => TalkAsync(port => SockProcess.Start("connect", "127.0.0.1", $"{port}"), "?");

    /// <summary>The program at a point where it has sent and received.</summary>
    private async Task<RunningProgram> TalkAsync(Func<int, RunningProgram> start, string input = "")
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var program = start(((IPEndPoint)listener.LocalEndpoint).Port);
        _peer = await listener.AcceptSocketAsync();
        await program.WriteAsync(input);
        await _peer.ReceiveAsync(new byte[1]);
        await _peer.SendAsync("hello"u8.ToArray());
        await program.WaitForOutputAsync("hello");
        return program;
    }

    private static readonly string[] CLibrary = ["ld-", "ld.", "libc.", "libc-", "libm.", "libm-"];

    // As the kernel keeps them: fifteen characters.
    private static readonly string[] Threads =
    [
        "sock", ".NET Finalizer", ".NET SigHandler", ".NET Sockets", ".NET Timer", ".NET TP Worker", ".NET TP Gate",
        "Sockeye loop", "Sockeye loops'", "standard input",
    ];

    private const int LargestProgram = 11_000_000;
    private const int MostPageFaults = 450;
    private const int MostMemory = 9 * 1024;    // KiB
    private const int HangGuard = 120_000;
}
