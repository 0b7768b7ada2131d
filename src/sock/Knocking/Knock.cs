using System.Net.Sockets;
using Sockeye.Tls;

namespace Sockeye.Tool.Knocking;

/// <summary>One try to reach a stream address: it connects, speaks TLS where that is asked for, and leaves at once.</summary>
internal static class Knock
{
    /// <summary>For the end of a connection on which nothing was said: there is nothing to wait for.</summary>
    public static ConnectionOptions Manners { get; } = new() { CloseTimeout = TimeSpan.FromMilliseconds(50) };

    /// <exception cref="NetException">Nobody is there, or something else.</exception>
    public static async Task<Answer> AtAsync(Target target, AddressFamily? family, TimeSpan limit, CancellationToken cancel)
    {
        var options = new ConnectOptions { Family = family, Timeout = limit, Layers = target.Layers(), Connection = Manners };
        await using var connection = await Connection.ConnectAsync(target.Address, options, cancel);
        return new(connection.RemoteAddress, connection.Report!.Connect, TlsInfo.Of(connection));
    }
}

/// <summary>Who answered a knock, and how soon.</summary>
/// <param name="Remote">The address that was connected to, numeric.</param>
/// <param name="Connect">How long connecting took, without the look-up of the name.</param>
/// <param name="Tls">What TLS then agreed on, and how long that took; null without TLS.</param>
internal sealed record Answer(Address Remote, TimeSpan Connect, TlsInfo? Tls)
{
    /// <summary>How long it took in all.</summary>
    public TimeSpan Total => Connect + (Tls?.Elapsed ?? TimeSpan.Zero);
}
