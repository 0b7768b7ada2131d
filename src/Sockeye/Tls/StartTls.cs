namespace Sockeye.Tls;

/// <summary>
/// TLS where a conversation begins in the clear: a layer that talks to a server as its protocol wants it, asks for TLS, and
/// goes over to it. What comes out is at the protocol's start again, as far as TLS leaves it there: an SMTP client says
/// <c>EHLO</c> anew, and no server repeats its greeting.
/// </summary>
/// <remarks>
/// <para>What is wrong before TLS is told as a part of the handshake, as a <see cref="NetException"/> in operation
/// <see cref="NetOperation.Handshake"/>: <see cref="NetErrorKind.TlsRejected"/> (the server does not offer TLS, or refuses it: the
/// reason quotes it), <see cref="NetErrorKind.ProtocolViolation"/> (it does not speak the protocol, or sends more than its
/// answer before TLS begins), <see cref="NetErrorKind.LimitExceeded"/> (its greeting does not end),
/// <see cref="NetErrorKind.ClosedEarly"/>, <see cref="NetErrorKind.TimedOut"/>. Then come those of <see cref="TlsClient"/>.</para>
/// <para>There is no fallback: who asked for TLS does not get a connection without it.</para>
/// </remarks>
/// <example>
/// <code>
/// var options = new ConnectOptions { Layers = [StartTls.Layer(StartTlsProtocol.Smtp)] };
/// await using var mail = await Connection.ConnectAsync("mail.example.com", "submission", options);
/// await mail.Lines.WriteAsync("EHLO me.example.com\r\n");
/// </code>
/// </example>
public static class StartTls
{
    /// <summary>TLS for a connection that is being made, after the words that lead to it.</summary>
    /// <param name="protocol">What the server speaks.</param>
    /// <param name="options">How to speak TLS, and whom to believe. Defaults to <see cref="TlsClientOptions"/>'s defaults.</param>
    /// <param name="onLine">Called with each line that is sent or comes in the clear. Defaults to null.</param>
    /// <returns>A layer for <see cref="ConnectOptions.Layers"/>.</returns>
    /// <exception cref="ArgumentException">The lowest version is above the highest, or there is no such protocol.</exception>
    public static ConnectionLayer Layer(
        StartTlsProtocol protocol, TlsClientOptions? options = null, Action<StartTlsLine>? onLine = null)
    {
        var dialogue = StartTlsDialogues.Of(protocol);
        var tls = TlsClient.Layer(options);
        return async (inner, cancel) =>
        {
            await new StartTlsTalk(inner, protocol, onLine, cancel).HoldAsync(dialogue).ConfigureAwait(false);
            return await tls(await TlsUpgrade.RefuseInjectedAsync(inner, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
        };
    }
}

/// <summary>Protocols that go over to TLS in the middle.</summary>
public enum StartTlsProtocol
{
    /// <summary>Mail on its way: <c>STARTTLS</c> (RFC 3207).</summary>
    Smtp,

    /// <summary>Reading mail where it is kept: <c>STARTTLS</c> (RFC 9051, section 6.2.1).</summary>
    Imap,

    /// <summary>Fetching mail: <c>STLS</c> (RFC 2595, section 4).</summary>
    Pop3,

    /// <summary>Transferring files: <c>AUTH TLS</c> (RFC 4217, section 4).</summary>
    Ftp,

    /// <summary>PostgreSQL: <c>SSLRequest</c> (its documentation's chapter on the protocol between client and server).</summary>
    Postgres,
}

/// <summary>A line said in the clear before TLS. A server's line is anybody's text: show it with care.</summary>
/// <param name="IsOurs">Whether we said it.</param>
/// <param name="Text">The line, without its end.</param>
public sealed record StartTlsLine(bool IsOurs, string Text);
