namespace Sockeye.Tls;

/// <summary>
/// The server's half of TLS: a layer for the connections that a listener or server accepts, or an upgrade of one that
/// stands. A server does each handshake in the connection's own task, within <see cref="ListenOptions.LayerTimeout"/>.
/// </summary>
/// <remarks>Errors and ends are those of <see cref="TlsClient"/>.</remarks>
/// <example>
/// <code>
/// using var certificate = TlsCertificate.FromPemFiles("server.pem", "server.key");
/// await using var server = TlsServer.Start("*:https", Answer, new() { Certificates = [certificate] });
/// await server.Completion;
///
/// static async Task Answer(Connection peer, CancellationToken cancel) =>
///     await peer.Lines.WriteLineAsync($"You asked for {TlsInfo.Of(peer)!.ServerName}", cancel);
/// </code>
/// </example>
public static class TlsServer
{
    /// <summary>Listens at an address in text form and starts serving.</summary>
    /// <param name="address">What <see cref="Listener.Listen(string, ListenOptions?)"/> takes, whether it says <c>tls://</c> or not.</param>
    /// <param name="handler">Talks with one connection, whose handshake is done.</param>
    /// <param name="tls">Which certificates to show, and what to ask of clients.</param>
    /// <param name="options">Limits and reports. Defaults to <see cref="ServerOptions"/>'s defaults.</param>
    /// <param name="stop">Stops the server as <see cref="Server.StopAsync"/> does; no exception follows.</param>
    /// <returns>A server that is accepting already.</returns>
    /// <exception cref="NetException">Those of <see cref="Listener.Listen(string, ListenOptions?)"/>.</exception>
    public static Server Start(
        string address, ConnectionHandler handler, TlsServerOptions tls, ServerOptions? options = null, CancellationToken stop = default) =>
        Start(Address.ParseListening(address, Transport.Tls, options?.Listen.Services), handler, tls, options, stop);

    /// <summary>Listens at an address and starts serving, with TLS on top of <see cref="ListenOptions.Layers"/>.</summary>
    /// <param name="address">A literal address, <c>localhost</c> or <c>*</c> with a port, or a Unix path or name.</param>
    /// <param name="handler">Talks with one connection, whose handshake is done.</param>
    /// <param name="tls">Which certificates to show, and what to ask of clients.</param>
    /// <param name="options">Limits and reports. Defaults to <see cref="ServerOptions"/>'s defaults.</param>
    /// <param name="stop">Stops the server as <see cref="Server.StopAsync"/> does; no exception follows.</param>
    /// <returns>A server that is accepting already.</returns>
    /// <exception cref="NetException">Those of <see cref="Listener.Listen(Address, ListenOptions?)"/>.</exception>
    public static Server Start(
        Address address, ConnectionHandler handler, TlsServerOptions tls, ServerOptions? options = null, CancellationToken stop = default)
    {
        options ??= ServerOptions.Default;
        var listen = options.Listen with { Layers = [.. options.Listen.Layers, Layer(tls)] };
        return Server.Start(address, handler, options with { Listen = listen }, stop);
    }

    /// <summary>TLS for the connections that are accepted.</summary>
    /// <param name="options">Which certificates to show, and what to ask of clients.</param>
    /// <returns>A layer for <see cref="ListenOptions.Layers"/>.</returns>
    /// <exception cref="ArgumentException">There is no certificate, or the lowest version is above the highest.</exception>
    public static ConnectionLayer Layer(TlsServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Certificates.Count == 0)
            throw new ArgumentException("a server needs a certificate", nameof(options));
        _ = TlsOptions.VersionsOf(options);
        return (inner, cancel) => TlsHandshake.AsServerAsync(inner, options, cancel);
    }

    /// <summary>Goes over to TLS on a connection that has been used without it (STARTTLS), within
    /// <see cref="TlsOptions.HandshakeTimeout"/>.</summary>
    /// <param name="connection">The connection, which is not to be used by itself any more. If the handshake fails it is
    /// closed.</param>
    /// <param name="options">Which certificates to show, and what to ask of the client.</param>
    /// <param name="cancel">Gives up; the connection is then reset.</param>
    /// <returns>The connection to use instead.</returns>
    /// <exception cref="NetException">As of <see cref="TlsClient.UpgradeAsync"/>.</exception>
    public static ValueTask<Connection> UpgradeAsync(
        Connection connection, TlsServerOptions options, CancellationToken cancel = default) =>
        TlsUpgrade.RunAsync(connection, Layer(options), options, cancel);
}

/// <summary>TLS from the middle of a conversation on.</summary>
internal static class TlsUpgrade
{
    public static ValueTask<Connection> RunAsync(
        Connection connection, ConnectionLayer layer, TlsOptions options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return ConnectionLayers.ApplyAsync(
            [RefuseInjectedAsync, layer], connection, connection.Dialled, options.HandshakeTimeout, spent: TimeSpan.Zero, options.Time, cancel);
    }

    /// <summary>Bytes that came in the clear must not be read as if they had come encrypted: somebody on the way may have put
    /// them there (CVE-2011-0411 and its kin).</summary>
    public static ValueTask<Connection> RefuseInjectedAsync(Connection connection, CancellationToken cancel) =>
        connection.Received.IsEmpty
            ? new(connection)
            : throw connection.Error(
                NetErrorKind.ProtocolViolation, NetOperation.Handshake,
                $"{Texts.Bytes(connection.Received.Unread.Length)} came unencrypted before the TLS handshake");
}
