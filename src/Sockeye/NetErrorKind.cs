namespace Sockeye;

/// <summary>What went wrong, in one word. <see cref="NetErrors.BlameOf"/> groups the kinds by who has to act.</summary>
public enum NetErrorKind
{
    /// <summary>None of the kinds below: a defect here or a platform never met. Blame: <see cref="NetBlame.Us"/>.</summary>
    Unexpected,

    /// <summary>The address is no address: malformed text, a port out of range, a path too long. Blame: caller.</summary>
    InvalidAddress,

    /// <summary>No service of that name (or, looking for a name, no service on that port). Blame: caller.</summary>
    UnknownService,

    /// <summary>The host name does not exist, or has no address of the family asked for. Blame: name.</summary>
    NameNotFound,

    /// <summary>The name servers did not answer or failed; asking again may help. Blame: name.</summary>
    NameServerFailed,

    /// <summary>The address has no host name. Blame: name.</summary>
    NoNameForAddress,

    /// <summary>The machine answered that nobody listens there. Blame: reach.</summary>
    Refused,

    /// <summary>No way to the network, host or port. Blame: reach.</summary>
    Unreachable,

    /// <summary>A limit of ours passed while waiting. Blame: time.</summary>
    TimedOut,

    /// <summary>The local address or path is taken by another socket. Blame: local.</summary>
    AddressInUse,

    /// <summary>The local address is not one of this machine's. Blame: local.</summary>
    AddressUnavailable,

    /// <summary>The system forbids it (a port under 1024, a socket file of another user, broadcast). Blame: local.</summary>
    AccessDenied,

    /// <summary>The path of a Unix socket does not exist. Blame: local.</summary>
    NotFound,

    /// <summary>Out of descriptors, buffers, memory or local ports. Blame: local.</summary>
    ResourceExhausted,

    /// <summary>This system or this release cannot do it. Blame: local.</summary>
    Unsupported,

    /// <summary>The peer reset the connection: what was in flight is lost. Blame: broken.</summary>
    Reset,

    /// <summary>The peer ended before it sent what it had promised. Blame: broken.</summary>
    ClosedEarly,

    /// <summary>The peer no longer takes data, or an earlier write was cut off. Blame: broken.</summary>
    ClosedForWriting,

    /// <summary>The peer broke the rules of the protocol. Blame: peer.</summary>
    ProtocolViolation,

    /// <summary>The peer sent more (a longer line, a larger body) than the limit allows. Blame: peer.</summary>
    LimitExceeded,

    /// <summary>The datagram is larger than the transport carries. Blame: peer.</summary>
    MessageTooLarge,

    /// <summary>A proxy on the way refused. Blame: peer.</summary>
    ProxyRefused,

    /// <summary>The TLS handshake or a certificate was refused. Blame: peer.</summary>
    TlsRejected,
}

/// <summary>Who has to act on an error. Each but <see cref="Us"/> is the exit code of <c>sock</c>; that one is 1.</summary>
public enum NetBlame
{
    /// <summary>A defect or an unknown event: please report it.</summary>
    Us = 1,

    /// <summary>The caller gave something that cannot be used: correct it.</summary>
    Caller = 2,

    /// <summary>A name could not be looked up.</summary>
    Name = 3,

    /// <summary>The peer cannot be reached.</summary>
    Reach = 4,

    /// <summary>A limit in time has passed.</summary>
    Time = 5,

    /// <summary>This machine does not allow it or has run out of something.</summary>
    Local = 6,

    /// <summary>The connection broke.</summary>
    Broken = 7,

    /// <summary>The peer did something that cannot be accepted.</summary>
    Peer = 8,
}

/// <summary>What was being done when an error came up; the first word of its message.</summary>
public enum NetOperation
{
    /// <summary>Reading an address or a service name.</summary>
    Parse,

    /// <summary>Looking up a host name, or the name of an address.</summary>
    Resolve,

    /// <summary>Connecting.</summary>
    Connect,

    /// <summary>Binding to a local address and listening there.</summary>
    Listen,

    /// <summary>Accepting a connection.</summary>
    Accept,

    /// <summary>Receiving.</summary>
    Read,

    /// <summary>Sending.</summary>
    Write,

    /// <summary>Closing, when the last bytes' arrival is confirmed.</summary>
    Close,

    /// <summary>A layer's opening exchange, such as that of TLS.</summary>
    Handshake,
}

/// <summary>Facts about kinds of errors that hold wherever they come up.</summary>
public static class NetErrors
{
    /// <summary>Who has to act on an error of this kind.</summary>
    /// <param name="kind">The kind of error.</param>
    public static NetBlame BlameOf(NetErrorKind kind) => kind switch
    {
        NetErrorKind.InvalidAddress or NetErrorKind.UnknownService => NetBlame.Caller,
        NetErrorKind.NameNotFound or NetErrorKind.NameServerFailed or NetErrorKind.NoNameForAddress => NetBlame.Name,
        NetErrorKind.Refused or NetErrorKind.Unreachable => NetBlame.Reach,
        NetErrorKind.TimedOut => NetBlame.Time,
        NetErrorKind.AddressInUse or NetErrorKind.AddressUnavailable or NetErrorKind.AccessDenied
            or NetErrorKind.NotFound or NetErrorKind.ResourceExhausted or NetErrorKind.Unsupported => NetBlame.Local,
        NetErrorKind.Reset or NetErrorKind.ClosedEarly or NetErrorKind.ClosedForWriting => NetBlame.Broken,
        NetErrorKind.ProtocolViolation or NetErrorKind.LimitExceeded or NetErrorKind.MessageTooLarge
            or NetErrorKind.ProxyRefused or NetErrorKind.TlsRejected => NetBlame.Peer,
        _ => NetBlame.Us,
    };

    /// <summary>Whether the same call may succeed later without anything being corrected.</summary>
    /// <param name="kind">The kind of error.</param>
    public static bool IsTransient(NetErrorKind kind) => kind is NetErrorKind.NameServerFailed or NetErrorKind.Refused
        or NetErrorKind.Unreachable or NetErrorKind.TimedOut or NetErrorKind.AddressInUse
        or NetErrorKind.ResourceExhausted or NetErrorKind.Reset or NetErrorKind.ClosedEarly;
}
