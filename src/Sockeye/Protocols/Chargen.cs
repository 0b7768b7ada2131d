using System.Text;

namespace Sockeye.Protocols;

/// <summary>
/// The character generator protocol (RFC 864): text without end, to see whether a line is alive and how it garbles.
/// <code>
/// stream    server: lines of 72 characters and CR LF, each a step further round the 95 printing characters:
///                    !"#$%&amp;'()*+,-./0123456789:;&lt;=&gt;?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefg\r\n
///                   !"#$%&amp;'()*+,-./0123456789:;&lt;=&gt;?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefgh\r\n
///                   ... until the client goes; what the client sends is thrown away
/// datagram  client: anything            server: one datagram with 0 to 512 characters of the same text
/// </code>
/// </summary>
public static class Chargen
{
    /// <summary>Reads some lines, without their ends.</summary>
    /// <param name="peer">A connection to a character generator.</param>
    /// <param name="count">How many lines to read.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.ClosedEarly"/> if the server ends before that, and the
    /// kinds of reading.</exception>
    public static async Task<IReadOnlyList<string>> ReadLinesAsync(Connection peer, int count, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var lines = new List<string>();
        while (lines.Count < count)
            lines.Add(await peer.Lines.ReadLineAsync(cancel).ConfigureAwait(false)
                ?? throw peer.Error(NetErrorKind.ClosedEarly, NetOperation.Read, $"the peer ended after {lines.Count} of {count} lines"));
        return lines;
    }

    /// <summary>Asks for one datagram of characters and returns it.</summary>
    /// <param name="socket">A socket connected to a character generator. Its receive limit applies: datagrams get lost.</param>
    /// <param name="cancel">Gives up; an <see cref="OperationCanceledException"/> follows.</param>
    /// <exception cref="NetException"><see cref="NetErrorKind.Refused"/> if nobody listens there,
    /// <see cref="NetErrorKind.TimedOut"/> if the socket's limit passes, and the kinds of sending.</exception>
    public static async Task<string> ReadAsync(DatagramSocket socket, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        await socket.SendAsync(ReadOnlyMemory<byte>.Empty, cancel).ConfigureAwait(false);
        var reply = await socket.ReceiveAsync(cancel).ConfigureAwait(false);
        return reply.Text;
    }

    /// <summary>Serves one client: sends lines until it goes, which is how this conversation ends and no error.
    /// A client that has ended its sending may still be reading, so it is sent to further.</summary>
    /// <param name="peer">The client.</param>
    /// <param name="cancel">Ends the conversation.</param>
    public static async Task ServeAsync(Connection peer, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var discarding = DiscardAsync(peer, gone.Token);
        try
        {
            await GenerateAsync(peer, cancel).ConfigureAwait(false);
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
            await discarding.ConfigureAwait(false);
        }
        peer.Abort(); // what is on its way is not wanted any more: to close politely would count it as lost
    }

    /// <summary>Answers a datagram with 0 to 512 characters, as many as chance has it (RFC 864).</summary>
    /// <param name="request">The datagram; what it carries does not matter.</param>
    /// <param name="cancel">Not used: the answer is there at once.</param>
    public static ValueTask<ReadOnlyMemory<byte>?> Answer(Datagram request, CancellationToken cancel = default) =>
        AnswerOf(Random.Shared);

    /// <summary>The handler <see cref="Answer"/>, with lengths from the given source of chance.</summary>
    /// <param name="random">Chooses the lengths; used by one datagram after another.</param>
    public static DatagramHandler AnswerWith(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return (_, _) => AnswerOf(random);
    }

    private static ValueTask<ReadOnlyMemory<byte>?> AnswerOf(Random random) =>
        new(Pattern.AsMemory(0, random.Next(MaxDatagram + 1)));

    /// <summary>Sends until the client has gone, which is all that it can do to end this.</summary>
    private static async Task GenerateAsync(Connection peer, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await peer.WriteAsync(Pattern, cancel).ConfigureAwait(false);
                // A reader that keeps up lets every write end at once: leave the thread to others now and then.
                await Task.Yield();
            }
        }
        catch (NetException end) when (end.Blame == NetBlame.Broken)
        {
            // It has what it wanted.
        }
    }

    private static async Task DiscardAsync(Connection peer, CancellationToken gone)
    {
        try
        {
            await Discard.ServeAsync(peer, gone).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The sending side is done.
        }
        catch (NetException)
        {
            // The sending side meets the same end, and says so.
        }
    }

    /// <summary>The text once round: line n begins with the n-th printing character, so after 95 lines it repeats.</summary>
    private static byte[] MakePattern()
    {
        var text = new StringBuilder();
        for (var start = 0; start < PrintingCharacters; start++)
        {
            for (var column = 0; column < LineWidth; column++)
                text.Append((char)(' ' + (start + column) % PrintingCharacters));
            text.Append("\r\n");
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static byte[] Pattern { get; } = MakePattern();
    private const int PrintingCharacters = 95;
    private const int LineWidth = 72;
    private const int MaxDatagram = 512;
}
