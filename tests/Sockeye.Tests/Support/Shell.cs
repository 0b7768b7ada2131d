using System.Diagnostics;

namespace Sockeye.Tests.Support;

/// <summary>Runs a line of POSIX shell, where the test is about redirections and pipes; <c>$SOCK</c> is the program.</summary>
internal static class Shell
{
    public static async Task<SockResult> RunAsync(string line)
    {
        var start = new ProcessStartInfo("sh", ["-c", line])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SOCK"] = SockProcess.Binary;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var guard = new CancellationTokenSource(SockProcess.HangGuard);
        var output = new MemoryStream();
        var error = process.StandardError.ReadToEndAsync(guard.Token);
        await process.StandardOutput.BaseStream.CopyToAsync(output, guard.Token);
        await process.WaitForExitAsync(guard.Token);
        return new SockResult(process.ExitCode, System.Text.Encoding.UTF8.GetString(output.ToArray()), await error, output.ToArray());
    }
}
