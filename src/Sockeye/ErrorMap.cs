using System.Net.Sockets;

namespace Sockeye;

/// <summary>
/// The only classifier: turns what the platform throws into a <see cref="NetException"/>. What it leaves to its callers:
/// a cancelled call, and one that ended because the socket was disposed (<see cref="MeansDisposed"/>).
/// </summary>
internal static class ErrorMap
{
    /// <summary>For <c>catch (Exception e) when (ErrorMap.Covers(e))</c>: whether <see cref="From(Exception, NetOperation, Address?, Address?, Address?)"/> knows it.</summary>
    public static bool Covers(Exception error) => error is SocketException or IOException;

    /// <summary>Whether a pending call ended because its socket was disposed: the platform says so in several ways.</summary>
    public static bool MeansDisposed(Exception error) => error is ObjectDisposedException
        || SocketErrorOf(error) is SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket;

    /// <summary>Maps a <see cref="SocketException"/> or <see cref="IOException"/>; a <see cref="NetException"/> is passed through.</summary>
    /// <param name="error">What the platform threw.</param>
    /// <param name="operation">What was being done.</param>
    /// <param name="address">The address as the caller gave it.</param>
    /// <param name="local">Our end. When connecting: the source the caller asked for, and only while binding to it.</param>
    /// <param name="remote">The address that was tried, or the peer's end.</param>
    public static NetException From(
        Exception error, NetOperation operation, Address? address = null, Address? local = null, Address? remote = null)
    {
        if ((error as NetException ?? error.InnerException as NetException) is { } mapped)
            return mapped;
        var (kind, reason) = Classify(error, new Context(operation, address ?? remote ?? local, local, remote));
        return new NetException(kind, operation, reason, address, error) { LocalAddress = local, RemoteAddress = remote };
    }

    /// <summary>Maps a bare socket error code, such as the one in SO_ERROR.</summary>
    public static NetException From(
        SocketError error, NetOperation operation, Address? address = null, Address? local = null, Address? remote = null) =>
        From(new SocketException((int)error), operation, address, local, remote);

    private readonly record struct Context(NetOperation Operation, Address? Address, Address? Local, Address? Remote)
    {
        public bool IsUnix => Address is { IsUnix: true };
        public bool IsDatagram => Address is { Transport: Transport.Udp or Transport.UnixDatagram };
    }

    private static (NetErrorKind Kind, string Reason) Classify(Exception error, Context at)
    {
        if (SocketErrorOf(error) is { } code)
            return Classify(code, error, at);
        if (error is EndOfStreamException)
            return (NetErrorKind.ClosedEarly, "ended before all of it had come");
        return Errno.Of(error) is { } errno ? Errno.Classify(errno) : Unknown(error);
    }

    private static SocketError? SocketErrorOf(Exception error) =>
        (error as SocketException ?? error.InnerException as SocketException)?.SocketErrorCode;

    private static (NetErrorKind, string) Classify(SocketError code, Exception error, Context at) => code switch
    {
        SocketError.ConnectionRefused => (NetErrorKind.Refused,
            at.IsDatagram ? "the datagram was refused" : "connection refused"),
        SocketError.NetworkUnreachable => (NetErrorKind.Unreachable, "no route to that network"),
        SocketError.HostUnreachable => (NetErrorKind.Unreachable, "no route to that host"),
        SocketError.HostDown => (NetErrorKind.Unreachable, "the host is down"),
        SocketError.NetworkDown => (NetErrorKind.Unreachable, "the network is down"),
        SocketError.TimedOut => (NetErrorKind.TimedOut,
            at.Operation == NetOperation.Connect ? "no answer" : "the peer no longer answers"),

        SocketError.HostNotFound => (NetErrorKind.NameNotFound, "there is no such name"),
        SocketError.NoData => (NetErrorKind.NameNotFound, "the name has no address"),
        SocketError.TryAgain => (NetErrorKind.NameServerFailed, "the name servers did not answer"),
        SocketError.NoRecovery => (NetErrorKind.NameServerFailed, "the name servers failed"),

        SocketError.ConnectionReset or SocketError.NetworkReset => (NetErrorKind.Reset, "reset by the peer"),
        SocketError.ConnectionAborted => (NetErrorKind.Reset, "the connection was aborted"),
        SocketError.Shutdown or SocketError.Disconnecting => (NetErrorKind.ClosedForWriting, "the peer has closed the connection"),
        SocketError.NotConnected when at.Operation is NetOperation.Write or NetOperation.Close =>
            (NetErrorKind.ClosedForWriting, "the connection is closed"),
        SocketError.NotConnected => (NetErrorKind.Reset, "the connection is gone"),
        SocketError.MessageSize => (NetErrorKind.MessageTooLarge, "the datagram is larger than the transport carries"),

        _ => ClassifyLocal(code, error, at),
    };

    /// <summary>What this machine refuses or lacks.</summary>
    private static (NetErrorKind, string) ClassifyLocal(SocketError code, Exception error, Context at) => code switch
    {
        SocketError.AddressAlreadyInUse => (NetErrorKind.AddressInUse, AddressInUse(at)),
        SocketError.AddressNotAvailable => AddressNotAvailable(at),
        SocketError.AccessDenied => (NetErrorKind.AccessDenied, AccessDenied(at)),
        SocketError.TooManyOpenSockets or SocketError.ProcessLimit =>
            (NetErrorKind.ResourceExhausted, "too many open files: raise the limit (ulimit -n)"),
        SocketError.NoBufferSpaceAvailable => (NetErrorKind.ResourceExhausted, "the system has no buffer space left"),
        SocketError.ProtocolType when at.IsUnix => (NetErrorKind.Unsupported, "a socket of another type is there"),
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported =>
            (NetErrorKind.Unsupported, "this system does not have that address family"),
        SocketError.ProtocolType or SocketError.ProtocolNotSupported or SocketError.SocketNotSupported
            or SocketError.OperationNotSupported or SocketError.ProtocolOption =>
            (NetErrorKind.Unsupported, "this system cannot do that"),
        SocketError.SystemNotReady or SocketError.NotInitialized or SocketError.VersionNotSupported =>
            (NetErrorKind.Unsupported, "this system has no network"),
        SocketError.InvalidArgument when at.Operation == NetOperation.Connect =>
            (NetErrorKind.InvalidAddress, "the system does not take that address (a link-local one needs its zone: fe80::1%eth0)"),
        SocketError.SocketError when at.IsUnix => UnnamedPathError(at),
        _ => Unknown(error),
    };

    private static string AddressInUse(Context at) => at switch
    {
        { IsUnix: true } => "the path is taken",
        { Operation: NetOperation.Connect, Local: { } source } => $"the source port {source.Port} is taken by another socket",
        _ => "the port is taken by another socket",
    };

    /// <summary>Linux's EADDRNOTAVAIL; for a Unix path .NET says the same where the kernel said ENOENT.</summary>
    private static (NetErrorKind, string) AddressNotAvailable(Context at)
    {
        if (at.IsUnix)
            return (NetErrorKind.NotFound, at.Operation == NetOperation.Listen ? "there is no such directory" : "there is no such path");
        if (at.Operation != NetOperation.Connect)
            return (NetErrorKind.AddressUnavailable, "that is not an address of this machine");
        if (at.Local is { } source)
            return (NetErrorKind.AddressUnavailable, $"the source {source.Host} is not an address of this machine");
        return (NetErrorKind.ResourceExhausted, at.Remote?.IP is { AddressFamily: AddressFamily.InterNetworkV6 }
            ? "no local IPv6 address with a free port to connect from"
            : "no local port is free: close some connections or wait a minute");
    }

    private static string AccessDenied(Context at) => at switch
    {
        { IsUnix: true } => "the rights of the path do not allow it",
        { Operation: NetOperation.Listen, Address.Port: > 0 and < 1024 } => "ports under 1024 need administrator rights",
        { IsDatagram: true, Operation: NetOperation.Write or NetOperation.Connect } => "the system does not allow it (broadcast has to be asked for)",
        _ => "the system does not allow it",
    };

    /// <summary>A path error for which .NET has no name: the kernel's number is lost, so look what is wrong with the path.</summary>
    private static (NetErrorKind, string) UnnamedPathError(Context at)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(at.Address!.Path!));
        return at.Operation == NetOperation.Listen && Directory.Exists(directory)
            ? (NetErrorKind.ResourceExhausted, "the file system is full or read-only")
            : (NetErrorKind.NotFound, "the path leads nowhere: a part of it is no directory");
    }

    private static (NetErrorKind, string) Unknown(Exception error) =>
        (NetErrorKind.Unexpected, $"unexpected error of the system: {error.Message.TrimEnd('.')}");
}
