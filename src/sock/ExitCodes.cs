namespace Sockeye.Tool;

/// <summary>What the program ends with: one code for each party that can be to blame (see <see cref="NetBlame"/>).</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Unexpected = (int)NetBlame.Us;
    public const int Usage = (int)NetBlame.Caller;
    public const int Name = (int)NetBlame.Name;
    public const int Reach = (int)NetBlame.Reach;
    public const int Time = (int)NetBlame.Time;
    public const int Local = (int)NetBlame.Local;
    public const int Broken = (int)NetBlame.Broken;
    public const int Peer = (int)NetBlame.Peer;
    public const int HungUp = 128 + 1;
    public const int Interrupted = 128 + 2;
    public const int Terminated = 128 + 15;

    public static int Of(Exception error) => error switch
    {
        NetException net => (int)net.Blame,
        UsageException => Usage,
        TimeoutException => Time,
        BadStatusException => Peer,
        _ when OutputIsClosed(error) => Success,
        IOException or UnauthorizedAccessException => Local,
        _ => Unexpected,
    };

    /// <summary>Whether the reader of our output has gone: nothing to complain about, as with every filter.</summary>
    public static bool OutputIsClosed(Exception error) =>
        error is IOException and not NetException
        && (error.HResult is BrokenPipe || error.HResult is WindowsBrokenPipe or WindowsNoData);

    // The system's own numbers, as .NET puts them into an IOException.
    private const int BrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);
}
