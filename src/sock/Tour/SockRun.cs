using System.Diagnostics;

namespace Sockeye.Tool.Tour;

/// <summary>A run of this very program, as a person would have typed it.</summary>
internal sealed class SockRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;

    private SockRun(IEnumerable<string> args)
    {
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. ProgramOfHost(), .. args])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    public static SockRun Start(IEnumerable<string> args) => new(args);

    /// <summary>The next line of its standard error; null when that has ended.</summary>
    public async Task<string?> ReadErrorLineAsync(CancellationToken cancel) => await _process.StandardError.ReadLineAsync(cancel);

    /// <summary>Gives it all of its input.</summary>
    public async Task EnterAsync(string input, CancellationToken cancel)
    {
        try
        {
            await _process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything: its exit code tells.
        }
    }

    /// <summary>Waits for its end.</summary>
    public async Task<SockResult> FinishAsync(CancellationToken cancel)
    {
        var error = await _process.StandardError.ReadToEndAsync(cancel);
        var output = await _output.WaitAsync(cancel);
        await _process.WaitForExitAsync(cancel);
        return new(_process.ExitCode, output, error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Where the program is run by the shared host, what the host has to be told to run.</summary>
    private static string[] ProgramOfHost() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
}

/// <summary>What a run came to.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">What it printed on standard output.</param>
/// <param name="Error">What it said on standard error.</param>
internal sealed record SockResult(int ExitCode, string Output, string Error);
