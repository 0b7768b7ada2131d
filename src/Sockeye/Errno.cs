namespace Sockeye;

/// <summary>Linux's error numbers, for calls made directly and for what .NET's file streams throw.</summary>
internal static class Errno
{
    /// <summary>The number inside an <see cref="IOException"/>: .NET keeps it as the HResult.</summary>
    public static int? Of(Exception error) => OperatingSystem.IsLinux() && error is IOException { HResult: > 0 and < 4096 } ? error.HResult : null;

    public static (NetErrorKind Kind, string Reason) Classify(int errno) => errno switch
    {
        EPIPE => (NetErrorKind.ClosedForWriting, "the reader has closed"),
        ECONNRESET or ECONNABORTED => (NetErrorKind.Reset, "reset by the peer"),
        ETIMEDOUT => (NetErrorKind.TimedOut, "the peer no longer answers"),
        ENETDOWN or ENETUNREACH or EHOSTDOWN or EHOSTUNREACH => (NetErrorKind.Unreachable, "no route to that host"),
        ENOSPC or EDQUOT => (NetErrorKind.ResourceExhausted, "no space is left"),
        EFBIG => (NetErrorKind.ResourceExhausted, "the file may not grow further"),
        ENOMEM or ENOBUFS => (NetErrorKind.ResourceExhausted, "the system has no memory left"),
        EMFILE or ENFILE => (NetErrorKind.ResourceExhausted, "too many open files: raise the limit (ulimit -n)"),
        EACCES or EPERM or EROFS => (NetErrorKind.AccessDenied, "the system does not allow it"),
        ENOENT or ENOTDIR or ELOOP => (NetErrorKind.NotFound, "there is no such path"),
        ENOSYS or EOPNOTSUPP => (NetErrorKind.Unsupported, "this system cannot do that"),
        _ => (NetErrorKind.Unexpected, $"unexpected error {errno} of the system"),
    };

    private const int EPERM = 1, ENOENT = 2, ENOMEM = 12, EACCES = 13, ENOTDIR = 20, ENFILE = 23, EMFILE = 24, EFBIG = 27;
    private const int ENOSPC = 28, EROFS = 30, EPIPE = 32, ENOSYS = 38, ELOOP = 40, EOPNOTSUPP = 95, ENETDOWN = 100;
    private const int ENETUNREACH = 101, ECONNABORTED = 103, ECONNRESET = 104, ENOBUFS = 105, ETIMEDOUT = 110;
    private const int EHOSTDOWN = 112, EHOSTUNREACH = 113, EDQUOT = 122;
}
