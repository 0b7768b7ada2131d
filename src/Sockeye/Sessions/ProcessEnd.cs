using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Sockeye.Sessions;

/// <summary>
/// A program as one end of a session: what comes is its standard input, and its standard output is what is sent. Its
/// standard error stays ours.
/// </summary>
/// <remarks>
/// <para>The session ends when the program has, and everything it said is sent. The end of what comes is the end of its
/// input; it may then take its time to answer. Input that it does not want is dropped. If the session fails, the program
/// is killed, with all that it started: part of an input must not pass for the whole.</para>
/// <para>It gets our environment, without <c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS</c>, and with <c>SOCK_REMOTE</c>
/// and <c>SOCK_LOCAL</c>, both ends as <see cref="Address"/> reads them, and the variables of ncat: <c>NCAT_REMOTE_ADDR</c>,
/// <c>NCAT_REMOTE_PORT</c>, <c>NCAT_LOCAL_ADDR</c>, <c>NCAT_LOCAL_PORT</c> and <c>NCAT_PROTO</c> (TCP, UDP or UNIX; of a Unix
/// socket the addresses are <c>localhost</c> and the ports empty). No descriptor of ours but standard error goes to it.</para>
/// </remarks>
/// <example><code>
/// await using var server = Server.Start("localhost:0", (peer, cancel) =>
///     Session.RunAsync(ProcessEnd.Start(new ExecCommand("sort"), peer.LocalAddress, peer.RemoteAddress), End.Of(peer), cancel: cancel));
/// </code></example>
public sealed class ProcessEnd : End
{
    private readonly Process _process;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private bool _wantsNoInput;

    private ProcessEnd(Process process)
    {
        (_process, Id) = (process, process.Id);
        (Input, Output) = (process.StandardInput.BaseStream, process.StandardOutput.BaseStream);
        process.Exited += (_, _) => _exited.TrySetResult(process.ExitCode);
        process.EnableRaisingEvents = true;
    }

    /// <summary>Starts a program.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="local">Our end of the conversation, for its environment.</param>
    /// <param name="remote">The peer's end, for its environment.</param>
    /// <returns>The end for a session, which ends the program or waits for it. It must be given to one.</returns>
    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be run.</exception>
    /// <exception cref="IOException">It cannot be started: it is no program for this system, or too many run already.</exception>
    public static ProcessEnd Start(ExecCommand command, Address local, Address remote)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(remote);
        var start = new ProcessStartInfo(command.Locate(), command.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in EnvironmentOf(local, remote))
            start.Environment[name] = value;
        // Ours alone: it makes the sockets of .NET programs run their continuations where these must not block.
        start.Environment.Remove("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS");
        try
        {
            return new(Process.Start(start)!);
        }
        catch (Win32Exception error)
        {
            throw new IOException($"cannot run '{command.Program}': {error.Message.ToLowerInvariant()}", error);
        }
    }

    /// <summary>The program's process id.</summary>
    public int Id { get; }

    /// <summary>What it ended with, 128 and the signal's number if a signal ended it; null while it runs.</summary>
    public int? ExitCode => _exited.Task.IsCompleted ? _exited.Task.Result : null;

    internal override Departure? Departure => _exited.Task.IsCompleted ? new() : null;

    internal override void OnDeparted(Action tell) =>
        _ = _exited.Task.ContinueWith(_ => tell(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    internal override bool EndsWhenTold => true;

    internal override async ValueTask<Chunk> ReadAsync(int most, CancellationToken cancel)
    {
        var count = await Output.ReadAsync(_buffer.AsMemory(0, Math.Min(most, BufferSize)), cancel).ConfigureAwait(false);
        return count == 0 ? Chunk.End : new(_buffer.AsMemory(0, count));
    }

    internal override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (_wantsNoInput)
            return;
        try
        {
            await Input.WriteAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (IOException)
        {
            _wantsNoInput = true; // It has closed its input, or ended: what else comes is for nobody.
        }
    }

    internal override ValueTask EndWritingAsync(CancellationToken cancel) => Input.DisposeAsync();

    /// <summary>Waits until the program has ended: it may still be at work on what came.</summary>
    internal override async ValueTask CloseAsync(TimeSpan longestDrain, CancellationToken cancel)
    {
        await Input.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _exited.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Abort();
            throw;
        }
        finally
        {
            await Output.DisposeAsync().ConfigureAwait(false);
        }
        _process.Dispose();
    }

    internal override void Abort()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself, or is not ours to kill.
        }
    }

    private Stream Input { get; }

    private Stream Output { get; }

    private static IEnumerable<(string Name, string Value)> EnvironmentOf(Address local, Address remote) =>
    [
        ("SOCK_REMOTE", remote.ToString()),
        ("SOCK_LOCAL", local.ToString()),
        ("NCAT_REMOTE_ADDR", HostOf(remote)),
        ("NCAT_REMOTE_PORT", PortOf(remote)),
        ("NCAT_LOCAL_ADDR", HostOf(local)),
        ("NCAT_LOCAL_PORT", PortOf(local)),
        ("NCAT_PROTO", remote.Transport switch { Transport.Udp => "UDP", _ => remote.IsUnix ? "UNIX" : "TCP" }),
    ];

    private static string HostOf(Address address) => address.IsUnix ? "localhost" : address.Host;

    private static string PortOf(Address address) => address.IsUnix ? "" : address.Port.ToString(CultureInfo.InvariantCulture);

    private const int BufferSize = 64 * 1024;
}
