using Xunit;

namespace Sockeye.Tests.Support;

/// <summary>One of the programs called netcat or much like one, and how it is told to do what all of them do.
/// <c>{port}</c> and <c>{path}</c> stand for where; null for what it cannot do.</summary>
internal sealed record Netcat(string Name)
{
    public static IReadOnlyList<Netcat> All { get; } =
    [
        new("ncat")
        {
            Call = "ncat 127.0.0.1 {port}",
            Serve = "ncat -l 127.0.0.1 {port}",
            CallUdp = "ncat -u 127.0.0.1 {port}",
            ServeUdp = "ncat -u -l 127.0.0.1 {port}",
            CallUnix = "ncat -U {path}",
            ServeUnix = "ncat -l -U {path}",
        },
        new("socat")
        {
            Call = "socat -t60 - TCP4:127.0.0.1:{port}",
            Serve = "socat -t60 - TCP4-LISTEN:{port}",
            Execute = "socat -t60 TCP4-LISTEN:{port} EXEC:sha256sum",
            CallUdp = "socat - UDP4:127.0.0.1:{port}",
            ServeUdp = "socat - UDP4-LISTEN:{port}",
            CallUnix = "socat -t60 - UNIX-CONNECT:{path}",
            ServeUnix = "socat -t60 - UNIX-LISTEN:{path}",
        },
        new("nc.openbsd")
        {
            Call = "nc.openbsd -N 127.0.0.1 {port}",
            Serve = "nc.openbsd -N -l 127.0.0.1 {port}",
            CallUdp = "nc.openbsd -u 127.0.0.1 {port}",
            ServeUdp = "nc.openbsd -u -l 127.0.0.1 {port}",
            CallUnix = "nc.openbsd -N -U {path}",
            ServeUnix = "nc.openbsd -N -l -U {path}",
        },
        new("nc.traditional")
        {
            Call = "nc.traditional -q60 127.0.0.1 {port}",
            Serve = "nc.traditional -q60 -l -p {port}",
            Execute = "nc.traditional -l -p {port} -e /usr/bin/sha256sum",
            CallUdp = "nc.traditional -u 127.0.0.1 {port}",
            ServeUdp = "nc.traditional -u -l -p {port}",
        },
        new("busybox")
        {
            Call = "busybox nc 127.0.0.1 {port}",
            Serve = "busybox nc -l -p {port}",
            Execute = "busybox nc -l -p {port} -e sha256sum",
        },
    ];

    /// <summary>Calls a TCP port, and reads on after the end of its input.</summary>
    public required string Call { get; init; }

    /// <summary>Waits for one TCP caller.</summary>
    public required string Serve { get; init; }

    /// <summary>Has one TCP caller talk with <c>sha256sum</c>. (ncat can, too, but drops a caller that has half-closed.)</summary>
    public string? Execute { get; init; }

    /// <summary>Sends datagrams to a UDP port, and prints what comes back.</summary>
    public string? CallUdp { get; init; }

    /// <summary>Talks with the first who sends a datagram.</summary>
    public string? ServeUdp { get; init; }

    /// <summary>Calls a Unix socket.</summary>
    public string? CallUnix { get; init; }

    /// <summary>Waits for one caller at a Unix socket.</summary>
    public string? ServeUnix { get; init; }

    public static Netcat Named(string name) => All.Single(netcat => netcat.Name == name);

    /// <summary>The names of those that can do it, as data of a theory.</summary>
    public static TheoryData<string> That(Func<Netcat, string?> can) => [.. All.Where(netcat => can(netcat) is not null).Select(netcat => netcat.Name)];
}
