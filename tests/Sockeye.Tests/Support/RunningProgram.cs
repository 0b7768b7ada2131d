using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Sockeye.Tests.Support;

/// <summary>What a finished run of a program left behind.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">Its standard output, as UTF-8 text.</param>
/// <param name="Error">Its standard error.</param>
/// <param name="OutputBytes">Its standard output as it came.</param>
internal sealed record ProgramResult(int ExitCode, string Output, string Error, byte[] OutputBytes);

/// <summary>A program that a test runs and talks to. One that does not end is killed and fails its test.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly MemoryStream _output = new();
    private readonly StringBuilder _error = new();
    private readonly ConcurrentQueue<TaskCompletionSource> _changes = new();
    private readonly Task _readers;

    private RunningProgram(Process process, bool captureOutput)
    {
        _process = process;
        _readers = Task.WhenAll(captureOutput ? ReadOutputAsync() : Task.CompletedTask, ReadErrorAsync());
    }

    /// <summary>Longest time that any run or wait may take before it counts as hung.</summary>
    public static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(120);

    /// <summary>Starts a program; its input stays open until <see cref="EndInput"/>. With <paramref name="captureOutput"/>
    /// false the test reads <see cref="StandardOutput"/> itself, or does not read it.</summary>
    public static RunningProgram Start(
        string file, IEnumerable<string> args, IReadOnlyDictionary<string, string>? environment = null, bool captureOutput = true)
    {
        var start = new ProcessStartInfo(file, args)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[name] = value;
        return new RunningProgram(ProcessStarts.Start(start), captureOutput);
    }

    /// <summary>Runs a program to its end, gives it this text as input and then the end of input.</summary>
    public static async Task<ProgramResult> RunAsync(string file, IEnumerable<string> args, string input = "")
    {
        await using var program = Start(file, args);
        await program.WriteAsync(input);
        program.EndInput();
        return await program.WaitAsync();
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>The port that it serves, where that is known.</summary>
    public int Port { get; set; }

    /// <summary>Its input.</summary>
    public Stream StandardInput => _process.StandardInput.BaseStream;

    /// <summary>Its output, where the test reads it itself.</summary>
    public Stream StandardOutput => _process.StandardOutput.BaseStream;

    /// <summary>What it has printed so far.</summary>
    public string Output { get { lock (_output) return Encoding.UTF8.GetString(_output.GetBuffer(), 0, (int)_output.Length); } }

    private long OutputLength { get { lock (_output) return _output.Length; } }

    /// <summary>What it has said on standard error so far.</summary>
    public string Error { get { lock (_error) return _error.ToString(); } }

    /// <summary>Types text at it. A program that no longer reads is no error here.</summary>
    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Puts bytes into it. A program that no longer reads is no error here.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await StandardInput.WriteAsync(bytes);
            await StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It ended first; its exit code and messages say why.
        }
    }

    /// <summary>Ends its input, as Ctrl-D does.</summary>
    public void EndInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended first.
        }
    }

    /// <summary>Sends it a signal: <c>INT</c>, <c>TERM</c>, <c>STOP</c>, ...</summary>
    public void Signal(string name)
    {
        using var kill = ProcessStarts.Start(new("kill", ["-" + name, Id.ToString()]));
        kill.WaitForExit();
    }

    /// <summary>Waits until its standard error holds a line that contains the text, and returns that line.</summary>
    public Task<string> WaitForErrorLineAsync(string text) => WaitForLineAsync(() => Error, text);

    /// <summary>Waits until its standard output holds a line that contains the text, and returns that line.</summary>
    public Task<string> WaitForOutputLineAsync(string text) => WaitForLineAsync(() => Output, text);

    /// <summary>Waits until its standard output contains the text, line or not.</summary>
    public async Task WaitForOutputAsync(string text) =>
        _ = await WaitAsync(() => Output.Contains(text, StringComparison.Ordinal) ? text : null, $"'{text}' on standard output");

    /// <summary>Waits until its standard output is as expected; false if it ended, or patience did, before that.</summary>
    public Task<bool> OutputBecomesAsync(Func<string, bool> expected, TimeSpan patience) => BecomesAsync(() => expected(Output), patience);

    /// <summary>Waits until its standard output has come to so many bytes.</summary>
    public async Task WaitForOutputBytesAsync(long count) =>
        _ = await WaitAsync(() => OutputLength >= count ? "" : null, $"{count} bytes on standard output");

    /// <summary>Waits for its end; patience is <see cref="HangGuard"/> unless it is known to need more.</summary>
    public async Task<ProgramResult> WaitAsync(TimeSpan? patience = null)
    {
        using var guard = new CancellationTokenSource(patience ?? HangGuard);
        try
        {
            await _process.WaitForExitAsync(guard.Token);
            await _readers.WaitAsync(guard.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"{Name} did not end within {(patience ?? HangGuard).TotalSeconds} s.\n{Transcript}", late);
        }
        return new ProgramResult(_process.ExitCode, Output, Error, _output.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private Task<string> WaitForLineAsync(Func<string> printed, string text) => WaitAsync(
        () => Array.Find(CompleteLines(printed()), line => line.Contains(text, StringComparison.Ordinal)), $"a line with '{text}'");

    private static string[] CompleteLines(string text) => text.Split('\n')[..^1];

    private async Task<string> WaitAsync(Func<string?> probe, string what)
    {
        string? found = null;
        if (await BecomesAsync(() => (found = probe()) is not null, HangGuard))
            return found!;
        throw _readers.IsCompleted
            ? new InvalidOperationException($"{Name} ended before it printed {what}.\n{Transcript}")
            : new TimeoutException($"{Name} did not print {what} within {HangGuard.TotalSeconds} s.\n{Transcript}");
    }

    private async Task<bool> BecomesAsync(Func<bool> expected, TimeSpan patience)
    {
        using var guard = new CancellationTokenSource(patience);
        while (true)
        {
            var change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _changes.Enqueue(change);
            var isAll = _readers.IsCompleted;
            if (expected())
                return true;
            if (isAll)
                return false;
            try
            {
                await Task.WhenAny(change.Task, _readers).WaitAsync(guard.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    private string Name => Path.GetFileName(_process.StartInfo.FileName);

    private string Transcript => $"standard output:\n{Output}\nstandard error:\n{Error}";

    private async Task ReadOutputAsync()
    {
        var buffer = new byte[65536];
        while (await StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_output)
                _output.Write(buffer, 0, count);
            Announce();
        }
    }

    private async Task ReadErrorAsync()
    {
        var buffer = new char[4096];
        while (await _process.StandardError.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_error)
                _error.Append(buffer, 0, count);
            Announce();
        }
    }

    private void Announce()
    {
        while (_changes.TryDequeue(out var waiter))
            waiter.TrySetResult();
    }
}
