using System.Text;

namespace Sockeye;

/// <summary>
/// The one exception of this library: what was being done, to whom, and why it failed, in a sentence to act on.
/// <code>connect tcp example.test:http: connection refused (tried [::1]:80, 127.0.0.1:80)</code>
/// </summary>
/// <remarks>
/// A caller's cancellation is an <see cref="OperationCanceledException"/>, misuse of the API an
/// <see cref="ArgumentException"/> or <see cref="InvalidOperationException"/>, and use after disposal an
/// <see cref="ObjectDisposedException"/>. Everything else that leaves the library is this.
/// </remarks>
public sealed class NetException : IOException
{
    internal NetException(
        NetErrorKind kind,
        NetOperation operation,
        string reason,
        Address? address = null,
        Exception? inner = null,
        IReadOnlyList<NetException>? causes = null)
        : base(null, inner)
    {
        Kind = kind;
        Operation = operation;
        Reason = reason;
        Address = address;
        Causes = causes ?? [];
    }

    /// <summary>The one error of several attempts: the one that says most about the peer.</summary>
    /// <param name="target">Where to, as the caller gave it.</param>
    /// <param name="causes">One per address tried, at least one.</param>
    internal static NetException NotConnected(Address target, IReadOnlyList<NetException> causes)
    {
        var cause = causes.MinBy(cause => cause.Kind switch
        {
            NetErrorKind.Refused => 0,
            NetErrorKind.TimedOut => 1,
            NetErrorKind.Unreachable => 2,
            _ => 3,
        })!;
        return new(cause.Kind, NetOperation.Connect, cause.Reason, target, cause.InnerException, causes)
        {
            LocalAddress = cause.LocalAddress,
            RemoteAddress = causes.Count == 1 ? cause.RemoteAddress : null,
        };
    }

    /// <summary>What went wrong.</summary>
    public NetErrorKind Kind { get; }

    /// <summary>Who has to act.</summary>
    public NetBlame Blame => NetErrors.BlameOf(Kind);

    /// <summary>What was being done.</summary>
    public NetOperation Operation { get; }

    /// <summary>Why it failed, without the operation and the address that lead <see cref="Message"/>.</summary>
    public string Reason { get; }

    /// <summary>The address as the caller gave it, where the operation had one.</summary>
    public Address? Address { get; }

    /// <summary>Our end, where there was a socket already.</summary>
    public Address? LocalAddress { get; internal init; }

    /// <summary>The peer's end, where one was being spoken to.</summary>
    public Address? RemoteAddress { get; internal init; }

    /// <summary>One error per address tried, in the order of trying; empty where none was.</summary>
    public IReadOnlyList<NetException> Causes { get; }

    /// <summary>Whether the same call may succeed later without anything being corrected.</summary>
    public bool IsTransient => NetErrors.IsTransient(Kind);

    /// <summary>Operation, address, reason and addresses tried, as one sentence; of text that is no address or service
    /// name, the reason alone.</summary>
    public override string Message
    {
        get
        {
            if (Operation == NetOperation.Parse)
                return Reason;
            var text = new StringBuilder(Operation.ToString().ToLowerInvariant());
            if (Place is { Path: not "" } place)
                text.Append(' ').Append(place.ToStringWithTransport());
            text.Append(": ").Append(Reason);
            if (Causes.Count > 1 || (Causes.Count == 1 && !Equals(Causes[0].RemoteAddress, Address)))
                text.Append(" (tried ").AppendJoin(", ", Causes.Select(cause => cause.RemoteAddress?.ToStringWithoutTransport())).Append(')');
            return text.ToString();
        }
    }

    /// <summary>Who calls at a Unix socket has no name: then it is the socket's that says where.</summary>
    private Address? Place => Address is { Path: "" } ? LocalAddress : Address;
}
