using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Sessions;

/// <summary>What bytes come from, or go to.</summary>
public enum Place
{
    File,
    Pipe,
    Tcp,
    TcpOnLoop,
    Unix,
    UnixOnLoop,
    Tls,
}

/// <summary>How bytes get from one place to another.</summary>
public enum Means
{
    Buffer,
    SendFile,
    Splice,
}

/// <summary>Every way that is tested.</summary>
internal static class Ways
{
    private static readonly (Place From, Place To, Means Means)[] All =
    [
        (Place.File, Place.Tcp, Means.SendFile),
        (Place.File, Place.TcpOnLoop, Means.SendFile),
        (Place.File, Place.UnixOnLoop, Means.SendFile),
        (Place.Pipe, Place.Tcp, Means.Splice),
        (Place.Pipe, Place.TcpOnLoop, Means.Splice),
        (Place.Pipe, Place.Unix, Means.Splice),
        (Place.Tcp, Place.Pipe, Means.Splice),
        (Place.TcpOnLoop, Place.Pipe, Means.Splice),
        (Place.Unix, Place.Pipe, Means.Splice),
        (Place.Tcp, Place.File, Means.Splice),
        (Place.TcpOnLoop, Place.File, Means.Splice),
        (Place.TcpOnLoop, Place.TcpOnLoop, Means.Splice),
        (Place.UnixOnLoop, Place.TcpOnLoop, Means.Splice),
        (Place.File, Place.Tcp, Means.Buffer),
        (Place.Pipe, Place.TcpOnLoop, Means.Buffer),
        (Place.TcpOnLoop, Place.Pipe, Means.Buffer),
        (Place.Tcp, Place.File, Means.Buffer),
        (Place.TcpOnLoop, Place.TcpOnLoop, Means.Buffer),
        (Place.Tcp, Place.Tcp, BetweenConnections),
        (Place.Tcp, Place.TcpOnLoop, BetweenConnections),
        (Place.Pipe, Place.Tls, Means.Buffer),
        (Place.Tls, Place.Pipe, Means.Buffer),
    ];

    /// <summary>Of connections that name no engine: where they get the loop, the kernel can carry between them.</summary>
    private static Means BetweenConnections => SocketEngines.Default == SocketEngine.ReadinessLoop ? Means.Splice : Means.Buffer;

    /// <summary>Those of a kind, for a theory.</summary>
    public static TheoryData<Place, Place, Means> Where(Func<Place, Place, bool> isMeant) =>
        new(All.Where(way => isMeant(way.From, way.To)));

    /// <summary>One of each kind that goes through a pipe of ours.</summary>
    public static (Place From, Place To, Means Means)[] Spliced { get; } =
    [
        (Place.Pipe, Place.TcpOnLoop, Means.Splice),
        (Place.Tcp, Place.Pipe, Means.Splice),
        (Place.TcpOnLoop, Place.TcpOnLoop, Means.Splice),
    ];

    /// <summary>Whether the kernel would do it, unless somebody has to see the bytes.</summary>
    public static bool IsForKernel(Place from, Place to) => Array.Exists(All, way => (way.From, way.To) == (from, to) && way.Means != Means.Buffer);

    public static bool IsSocket(this Place place) => place is not (Place.File or Place.Pipe);

    public static bool IsTcp(this Place place) => place is Place.Tcp or Place.TcpOnLoop;

    public static Ground Ground(this Place place) => Enum.Parse<Ground>(place.ToString());
}
