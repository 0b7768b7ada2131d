using System.Runtime.CompilerServices;

namespace Sockeye.Tls;

/// <summary>
/// The client's half of TLS: a layer for a connection that is being made, or an upgrade of one that stands. The server's
/// certificate is verified unless <see cref="TlsClientOptions.Insecure"/> says otherwise.
/// </summary>
/// <remarks>
/// <para>A handshake that fails is a <see cref="NetException"/> in operation <see cref="NetOperation.Handshake"/>:
/// <see cref="NetErrorKind.TlsRejected"/> (a certificate is not trusted, the reason in words; or the peer refused by an alert),
/// <see cref="NetErrorKind.ProtocolViolation"/> (the peer does not speak TLS, or wrongly),
/// <see cref="NetErrorKind.ClosedEarly"/> (it ended in the middle), <see cref="NetErrorKind.TimedOut"/>.</para>
/// <para>Later on, <see cref="Connection.CloseWriteAsync"/> sends <c>close_notify</c>, and reading goes on. The peer's
/// <c>close_notify</c> is its clean end; an end without it is <see cref="NetErrorKind.ClosedEarly"/>: somebody on the way may
/// have cut off what was still to come.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var connection = await TlsClient.ConnectAsync("www.example.com", "https");
/// var tls = TlsInfo.Of(connection)!;
/// Console.WriteLine($"{tls.Version}, {tls.CipherSuite}, certificate until {tls.PeerCertificate!.NotAfter}");
/// await connection.Lines.WriteAsync("GET / HTTP/1.0\r\nHost: www.example.com\r\n\r\n");
/// Console.WriteLine(await connection.Lines.ReadLineAsync());
/// </code>
/// </example>
public static class TlsClient
{
    /// <summary>Connects to an address in text form, such as <c>www.example.com:https</c> or <c>tls://[::1]:8443</c>.</summary>
    /// <param name="address">What <see cref="Address.Parse"/> takes; without a front, TCP is meant.</param>
    /// <param name="tls">How, and whom to believe. Defaults to <see cref="TlsClientOptions"/>'s defaults.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="ConnectOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An open connection with TLS on it.</returns>
    /// <exception cref="NetException">As of <see cref="ConnectAsync(Address, TlsClientOptions, ConnectOptions, CancellationToken)"/>.</exception>
    [OverloadResolutionPriority(1)]    // so that ConnectAsync("host:port", new() { ... }) means options, not a port
    public static ValueTask<Connection> ConnectAsync(
        string address, TlsClientOptions? tls = null, ConnectOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Parse(address, Transport.Tls, options?.Services), tls, options, cancel);

    /// <summary>Connects to a host and a port given as a number or service name.</summary>
    /// <param name="host">A host name or a literal address.</param>
    /// <param name="port">A port number or the name of a TCP service.</param>
    /// <param name="tls">How, and whom to believe. Defaults to <see cref="TlsClientOptions"/>'s defaults.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="ConnectOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An open connection with TLS on it.</returns>
    /// <exception cref="NetException">As of <see cref="ConnectAsync(Address, TlsClientOptions, ConnectOptions, CancellationToken)"/>.</exception>
    public static ValueTask<Connection> ConnectAsync(
        string host, string port, TlsClientOptions? tls = null, ConnectOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Tls(host, port, options?.Services), tls, options, cancel);

    /// <summary>Connects to a host and a port number.</summary>
    /// <param name="host">A host name or a literal address.</param>
    /// <param name="port">A port number, 1 to 65,535.</param>
    /// <param name="tls">How, and whom to believe. Defaults to <see cref="TlsClientOptions"/>'s defaults.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="ConnectOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An open connection with TLS on it.</returns>
    /// <exception cref="NetException">As of <see cref="ConnectAsync(Address, TlsClientOptions, ConnectOptions, CancellationToken)"/>.</exception>
    public static ValueTask<Connection> ConnectAsync(
        string host, int port, TlsClientOptions? tls = null, ConnectOptions? options = null, CancellationToken cancel = default) =>
        ConnectAsync(Address.Tls(host, port), tls, options, cancel);

    /// <summary>Connects to an address and puts TLS on the connection, on top of <see cref="ConnectOptions.Layers"/>: what every
    /// other way to connect leads to.</summary>
    /// <param name="address">A TCP or Unix stream address, whether it says <c>tls://</c> or not.</param>
    /// <param name="tls">How, and whom to believe. Defaults to <see cref="TlsClientOptions"/>'s defaults.</param>
    /// <param name="options">Limits and choices. Defaults to <see cref="ConnectOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An open connection with TLS on it.</returns>
    /// <exception cref="NetException">As of <see cref="Connection.ConnectAsync(Address, ConnectOptions, CancellationToken)"/>, and as
    /// told above.</exception>
    public static ValueTask<Connection> ConnectAsync(
        Address address, TlsClientOptions? tls = null, ConnectOptions? options = null, CancellationToken cancel = default)
    {
        options ??= ConnectOptions.Default;
        return Connection.ConnectAsync(address, options with { Layers = [.. options.Layers, Layer(tls)] }, cancel);
    }

    /// <summary>TLS for a connection that is being made.</summary>
    /// <param name="options">How, and whom to believe. Defaults to <see cref="TlsClientOptions"/>'s defaults.</param>
    /// <returns>A layer for <see cref="ConnectOptions.Layers"/>.</returns>
    /// <exception cref="ArgumentException">The lowest version is above the highest.</exception>
    public static ConnectionLayer Layer(TlsClientOptions? options = null)
    {
        options ??= new();
        _ = TlsOptions.VersionsOf(options);
        return (inner, cancel) => TlsHandshake.AsClientAsync(inner, options, cancel);
    }

    /// <summary>Goes over to TLS on a connection that has been used without it (STARTTLS), within
    /// <see cref="TlsOptions.HandshakeTimeout"/>.</summary>
    /// <param name="connection">The connection, which is not to be used by itself any more. If the handshake fails it is
    /// closed.</param>
    /// <param name="options">How, and whom to believe. Defaults to <see cref="TlsClientOptions"/>'s defaults.</param>
    /// <param name="cancel">Gives up; the connection is then reset.</param>
    /// <returns>The connection to use instead.</returns>
    /// <exception cref="NetException">As told above; <see cref="NetErrorKind.ProtocolViolation"/> also if the peer has sent
    /// more before the handshake, which would otherwise pass for what came encrypted.</exception>
    public static ValueTask<Connection> UpgradeAsync(
        Connection connection, TlsClientOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new();
        return TlsUpgrade.RunAsync(connection, Layer(options), options, cancel);
    }
}
