using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Protocols;
using Sockeye.Tests.Protocols;
using Xunit;

namespace Sockeye.Tests.Properties;

/// <summary>However the network cuts a message, it means the same; and nothing a peer sends breaks the reader.</summary>
public class HttpProperties
{
    [Fact(Timeout = HangGuard)]
    public Task A_reply_means_the_same_wherever_its_bytes_are_split() => Task.Run(() =>
        Prop.ForAll(Replies(), Cuts(), (reply, cuts) => Observe([reply]) == Observe(Split(reply, cuts))).QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task Whatever_a_server_sends_is_a_reply_or_a_NetException() => Task.Run(() =>
        Prop.ForAll(Replies(), Noise(), Gen.Choose(0, 400).ToArbitrary(), (reply, noise, place) =>
        {
            var at = Math.Min(place, reply.Length);
            Observe([reply[..at], noise, reply[at..]]);
            Observe([noise]);
        }).QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task Whatever_a_client_sends_gets_one_reply_of_HTTP() => Task.Run(() =>
        Prop.ForAll(Requests(), Noise(), Gen.Choose(0, 100).ToArbitrary(), (request, noise, place) =>
        {
            var at = Math.Min(place, request.Length);
            var reply = HttpExchange.AskAsync(request[..at] + noise + request[at..]).GetAwaiter().GetResult();
            return reply.Length == 0 || reply.StartsWith("HTTP/1.1 ", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task Chunks_carry_any_bytes_there_and_back() => Task.Run(() =>
        Prop.ForAll(Gen.ArrayOf(Gen.ArrayOf(Bytes())).ToArbitrary(), Cuts(), (pieces, cuts) =>
        {
            var encoded = HttpExchange.AskAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n", (_, _) => new(new HttpReply { Body = new PieceStream(pieces), Length = null }))
                .GetAwaiter().GetResult();
            var observed = HttpExchange.ObserveAsync(Split(encoded, cuts)).GetAwaiter().GetResult();
            return observed.Error is null && observed.Body == Encoding.Latin1.GetString([.. pieces.SelectMany(piece => piece)]);
        }).QuickCheckThrowOnFailure());

    [Fact(Timeout = HangGuard)]
    public Task Every_truncation_of_a_delimited_reply_is_noticed() => Task.Run(() =>
        Prop.ForAll(DelimitedReplies(), Gen.Choose(1, 10_000).ToArbitrary(), (reply, cut) =>
            HttpExchange.ObserveAsync([reply[..^Math.Min(cut, reply.Length)]]).GetAwaiter().GetResult().Error is { Kind: NetErrorKind.ClosedEarly })
            .QuickCheckThrowOnFailure());

    [Fact]
    public void A_target_never_ends_its_line_and_encoding_it_again_changes_nothing() =>
        Prop.ForAll<string>(path =>
        {
            try
            {
                var target = HttpUrl.EncodeTarget(path ?? "");
                return target.All(c => c is > ' ' and < '\u007f') && HttpUrl.EncodeTarget(target) == target;
            }
            catch (NetException e) when (e.Kind == NetErrorKind.InvalidAddress)
            {
                return true;
            }
        }).QuickCheckThrowOnFailure();

    [Fact(Timeout = HangGuard)]
    public Task No_path_leads_outside_the_root() => Task.Run(() =>
    {
        var outer = Directory.CreateTempSubdirectory("sockeye-http-");
        var root = outer.CreateSubdirectory("root");
        root.CreateSubdirectory("a");
        File.WriteAllText(Path.Join(outer.FullName, "a"), "outside");
        File.CreateSymbolicLink(Path.Join(root.FullName, "up"), "..");
        var located = new HttpRoot(root.FullName);
        var parts = Gen.Elements("/", "..", ".", "a", "up", "\\", "root", "etc", ":", " ", "~", "\u2024", outer.FullName);
        try
        {
            Prop.ForAll(Gen.ListOf(parts).Select(list => string.Concat(list)).ToArbitrary(), path =>
            {
                try
                {
                    return (located.Locate("/" + path) + "/").StartsWith(root.FullName + "/", StringComparison.Ordinal);
                }
                catch (HttpRefusal)
                {
                    return true;
                }
            }).QuickCheckThrowOnFailure();
        }
        finally
        {
            outer.Delete(recursive: true);
        }
    });

    private static (int, string, string, NetErrorKind?) Observe(IEnumerable<string> pieces)
    {
        var (status, headers, body, error) = HttpExchange.ObserveAsync(pieces).GetAwaiter().GetResult();
        return (status, headers, body, error?.Kind);
    }

    private static Arbitrary<string> Replies() => Concatenated(
        Gen.Elements("HTTP/1.1 200 OK\r\n", "HTTP/1.0 404\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", "HTTP/1.1 204 No\r\n", "hello"),
        Headers(),
        Gen.Elements("Content-Length: 9\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n", "\r\n", "\n"),
        Gen.OneOf(Chunks(), Gen.Elements("", "hello", "nine char", "hello, and more")));

    private static Arbitrary<string> DelimitedReplies() => Gen.OneOf(
        Concatenated(Gen.Constant("HTTP/1.1 200 OK\r\n"), Gen.Elements("", "Server: x\r\n"), Gen.Constant("Content-Length: 9\r\n\r\nnine char")).Generator,
        Concatenated(Gen.Constant("HTTP/1.1 200 OK\r\n"), Gen.Elements("", "Server: x\r\n"), Gen.Constant("Transfer-Encoding: chunked\r\n\r\n"), Chunks()).Generator).ToArbitrary();

    private static Arbitrary<string> Requests() => Concatenated(
        Gen.Elements("GET ", "HEAD ", "POST ", "BREW "),
        Gen.Elements("/", "/a%20b?c", "http://x/", "*"),
        Gen.Elements(" HTTP/1.0\r\n", " HTTP/1.1\r\nHost: x\r\n"),
        Headers(),
        Gen.Elements("\r\n", "\n", "Content-Length: 5\r\n\r\nhello", ""));

    private static Gen<string> Headers() => Gen
        .ListOf(Gen.Elements("Server: x\r\n", "X:\r\n", "Long: y\r\n z\r\n", "\u00E9: x\r\n", "A: \u00E9\n", "B: \t c\t\r\n"))
        .Select(list => string.Concat(list.Take(5)));

    private static Gen<string> Chunks() => Gen.ListOf(Gen.Choose(1, 40)).Select(sizes =>
        string.Concat(sizes.Select(size => $"{size:x};e\r\n{new string('\n', size)}\r\n")) + "0\r\nT: u\r\n\r\n");

    private static Arbitrary<string> Concatenated(params Gen<string>[] parts) =>
        Gen.CollectToList(parts, part => part).Select(list => string.Concat(list)).ToArbitrary();

    private static Arbitrary<string> Noise() => Gen.ArrayOf(Bytes()).Select(bytes => Encoding.Latin1.GetString(bytes)).ToArbitrary();

    private static Gen<byte> Bytes() => Gen.Choose(0, 255).Select(value => (byte)value);

    private static Arbitrary<int[]> Cuts() => Gen.ArrayOf(Gen.Choose(1, 9)).ToArbitrary();

    /// <summary>Cuts the text into pieces of these lengths, over and over; bytes alone where there are none.</summary>
    private static IEnumerable<string> Split(string text, int[] cuts)
    {
        for (var (at, i) = (0, 0); at < text.Length; i++)
        {
            var length = Math.Min(cuts.Length == 0 ? 1 : cuts[i % cuts.Length], text.Length - at);
            yield return text.Substring(at, length);
            at += length;
        }
    }

    /// <summary>Gives its pieces one a read; empty ones are passed over, as they would be an end.</summary>
    private sealed class PieceStream(byte[][] pieces) : MemoryStream
    {
        private readonly Queue<byte[]> _pieces = new(pieces.Where(piece => piece.Length > 0));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_pieces.TryDequeue(out var piece))
                return new(0);
            piece.CopyTo(buffer);
            return new(piece.Length);
        }
    }

    private const int HangGuard = 120_000;
}
