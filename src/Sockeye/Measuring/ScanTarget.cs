using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockeye.Measuring;

/// <summary>One port of one host, and how far it has come: which of the host's addresses is tried, and what the ones before
/// have said.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScanTarget(ScanHost Host, int Port)
{
    /// <summary>Which address is tried.</summary>
    public int Turn { get; init; }

    /// <summary>The outcome that says most so far.</summary>
    public Verdict? SoFar { get; init; }

    public IPAddress IP => Host.Addresses[Turn];

    /// <summary>The target with its next address; null where that was the last.</summary>
    public ScanTarget? Next => Turn + 1 < Host.Addresses.Count ? this with { Turn = Turn + 1 } : null;
}

/// <summary>What came of trying one address.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Verdict(IPAddress IP, SocketError Outcome, TimeSpan Elapsed)
{
    /// <summary>Of two outcomes that are both no success the one that says more about the peer.</summary>
    public static Verdict Better(Verdict? one, Verdict other) => one is { } first && Rank(first.Outcome) <= Rank(other.Outcome) ? first : other;

    /// <summary>What it says of the port.</summary>
    /// <exception cref="NetException">It says nothing of the port: something is wrong on this machine.</exception>
    public PortReport ToReport(ScanTarget target, PortScanOptions options)
    {
        var (state, error) = Outcome switch
        {
            SocketError.Success => (PortState.Open, null),
            SocketError.ConnectionRefused => (PortState.Closed, null),
            _ => (PortState.Filtered, ErrorOf(target, options)),
        };
        return new(target.Host.Name, IP, target.Port, options.Services) { State = state, Elapsed = Elapsed, Error = error };
    }

    private NetException ErrorOf(ScanTarget target, PortScanOptions options)
    {
        var (remote, address) = (Address.From(new IPEndPoint(IP, target.Port), Transport.Tcp), Address.Tcp(target.Host.Name, target.Port));
        if (Outcome == SocketError.TimedOut && options.Timeout != Timeout.InfiniteTimeSpan && Elapsed >= options.Timeout)
            return new(NetErrorKind.TimedOut, NetOperation.Connect, $"no answer within {Texts.Of(options.Timeout)}", address) { RemoteAddress = remote };
        var error = ErrorMap.From(Outcome, NetOperation.Connect, address, remote: remote);
        return error.Kind is NetErrorKind.TimedOut or NetErrorKind.Unreachable ? error : throw error;
    }

    private static int Rank(SocketError outcome) => outcome switch
    {
        SocketError.ConnectionRefused => 0,
        SocketError.TimedOut => 1,
        SocketError.AddressNotAvailable or SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => 3,
        _ => 2,
    };
}
