namespace Sockeye.Protocols;

/// <summary>
/// Telnet without options (RFC 854, RFC 855): whatever the peer offers or asks for is refused, so that plain data is left.
/// The same in both roles, client and server.
/// <code>
/// comes                         is                          we answer
/// data                          data
/// IAC IAC                       one byte of data, 255
/// IAC DO option                 "please do"                 IAC WONT option
/// IAC WILL option               "may I?"                    IAC DONT option
/// IAC WONT, IAC DONT option     dropped                     nothing: an answer to an answer would never end
/// IAC SB ... IAC SE             dropped
/// IAC and any other byte        dropped
/// </code>
/// </summary>
/// <example><code>
/// await using var router = await Connection.ConnectAsync("192.0.2.1:telnet", new() { Layers = [Telnet.RefuseOptionsAsync] });
/// Console.WriteLine(await router.Lines.ReadLineAsync());
/// </code></example>
public static class Telnet
{
    /// <summary>Puts it on a connection: commands are taken out of what is read, and a byte 255 that is written goes out twice, so
    /// that it is data. A layer for <see cref="ConnectOptions.Layers"/> and <see cref="ListenOptions.Layers"/>, above TLS.</summary>
    /// <remarks>Answers go out beside what is written, and a read never waits for them. While the peer takes none, each waits
    /// once, however often it was asked for. Line ends are not changed: a CR NUL stays one.</remarks>
    /// <param name="inner">The connection to the peer, which the result owns from now on.</param>
    /// <param name="cancel">Not needed: nothing is waited for.</param>
    /// <returns>The connection to use instead.</returns>
    public static ValueTask<Connection> RefuseOptionsAsync(Connection inner, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new(Connection.Above(inner, new TelnetLink(inner)));
    }
}
