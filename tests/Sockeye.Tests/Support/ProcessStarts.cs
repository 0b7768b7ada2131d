using System.Diagnostics;

namespace Sockeye.Tests.Support;

/// <summary>
/// Starts the tests' programs, one at a time. Until it has become its own program, a process that is being started has every
/// descriptor of the one that starts it: what is closed at that moment is open in there for a little longer, so a port is still
/// taken, and an end or a reset comes late. Tests of what follows a close at once hold starts up.
/// </summary>
internal static class ProcessStarts
{
    private static readonly SemaphoreSlim Turn = new(1, 1);

    /// <summary>Starts a program, and returns once it is one.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        Turn.Wait();
        try
        {
            return Process.Start(start)!;
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>Nobody starts a program until this is disposed; who holds it must not do so either.</summary>
    public static async Task<IDisposable> HoldUpAsync()
    {
        await Turn.WaitAsync();
        return new Hold();
    }

    private sealed class Hold : IDisposable
    {
        public void Dispose() => Turn.Release();
    }
}
