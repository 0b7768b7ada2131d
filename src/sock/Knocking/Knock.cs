using System.Net.Sockets;
using Sockeye.Tls;

namespace Sockeye.Tool.Knocking;

/// <summary>One try to reach a stream address: it connects, speaks TLS where the address says so, and leaves at once.</summary>
internal static class Knock
{
    /// <summary>For the end of a connection on which nothing was said: there is nothing to wait for.</summary>
    public static ConnectionOptions Manners { get; } = new() { CloseTimeout = TimeSpan.FromMilliseconds(50) };

    /// <exception cref="NetException">Nobody is there, or something else.</exception>
    public static async Task<Answer> AtAsync(Address address, AddressFamily? family, TimeSpan limit, CancellationToken cancel)
    {
        var options = new ConnectOptions { Family = family, Timeout = limit, Connection = Manners };
        await using var connection = address.Transport == Transport.Tls
            ? await TlsClient.ConnectAsync(address, options: options, cancel: cancel)
            : await Connection.ConnectAsync(address, options, cancel);
        return new(connection.RemoteAddress, connection.Report!.Connect, TlsInfo.Of(connection)?.Elapsed);
    }
}

/// <summary>Who answered a knock, and how soon.</summary>
/// <param name="Remote">The address that was connected to, numeric.</param>
/// <param name="Connect">How long connecting took, without the look-up of the name.</param>
/// <param name="Handshake">How long the TLS handshake then took; null without TLS.</param>
internal sealed record Answer(Address Remote, TimeSpan Connect, TimeSpan? Handshake);
