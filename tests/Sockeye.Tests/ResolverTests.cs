using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

public class ResolverTests
{
    private const AddressFamily IPv4 = AddressFamily.InterNetwork;
    private const AddressFamily IPv6 = AddressFamily.InterNetworkV6;

    [Fact]
    public async Task Families_take_turns_and_IPv6_is_first()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "needs IPv6");
        var resolver = Answering(["2001:db8::1", "2001:db8::2", "2001:db8::3"], ["192.0.2.1", "192.0.2.2"]);
        Assert.Equal(
            ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"],
            Texts(await resolver.ResolveAsync("example.test")));
    }

    [Fact]
    public async Task Each_address_comes_once_and_only_in_the_family_that_was_asked()
    {
        var resolver = Answering([], ["192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "192.0.2.2"]);
        Assert.Equal(["192.0.2.1", "192.0.2.2"], Texts(await resolver.ResolveAsync("example.test", IPv4Only)));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("[::1]", "::1")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1")]
    public async Task A_literal_is_itself(string host, string address) =>
        Assert.Equal([address], Texts(await Refusing.ResolveAsync(host)));

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("a.b.localhost")]
    public async Task Localhost_is_the_loopback_without_asking(string host)
    {
        string[] expected = IPv6Loopback.Exists ? ["::1", "127.0.0.1"] : ["127.0.0.1"];
        Assert.Equal(expected, Texts(await Refusing.ResolveAsync(host)));
        Assert.Equal(["127.0.0.1"], Texts(await Refusing.ResolveAsync(host, IPv4Only)));
    }

    [Theory]
    [InlineData("invalid")]
    [InlineData("a.b.INVALID.")]
    public async Task Names_under_invalid_do_not_exist_without_asking(string host) =>
        await FailsAsync(Refusing, host, NetErrorKind.NameNotFound, "there is no host");

    [Theory]
    [InlineData("notlocalhost")]
    [InlineData("xinvalid")]
    public async Task Names_that_only_look_like_special_ones_are_asked_for(string host) =>
        Assert.Equal(["192.0.2.1"], Texts(await Answering([], ["192.0.2.1"]).ResolveAsync(host)));

    [Fact]
    public async Task One_family_is_enough()
    {
        var resolver = new Resolver((_, family, _) => family == IPv4
            ? Task.FromResult<IPAddress[]>([IPAddress.Parse("192.0.2.1")])
            : throw new SocketException((int)SocketError.TryAgain));
        Assert.Equal(["192.0.2.1"], Texts(await resolver.ResolveAsync("example.test")));
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, SocketError.HostNotFound, NetErrorKind.NameNotFound)]
    [InlineData(SocketError.NoData, SocketError.HostNotFound, NetErrorKind.NameNotFound)]
    [InlineData(SocketError.HostNotFound, SocketError.TryAgain, NetErrorKind.NameServerFailed)]
    [InlineData(SocketError.NoRecovery, SocketError.HostNotFound, NetErrorKind.NameServerFailed)]
    [InlineData(SocketError.AddressFamilyNotSupported, SocketError.HostNotFound, NetErrorKind.NameNotFound)]
    [InlineData(SocketError.SocketError, SocketError.SocketError, NetErrorKind.Unexpected)]
    public async Task A_servers_failure_is_told_before_a_names_absence(SocketError ipv6, SocketError ipv4, NetErrorKind kind)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "needs IPv6");
        var resolver = new Resolver((_, family, _) => throw new SocketException((int)(family == IPv6 ? ipv6 : ipv4)));
        var error = await Assert.ThrowsAsync<NetException>(() => resolver.ResolveAsync("example.test"));
        Assert.Equal((kind, NetOperation.Resolve), (error.Kind, error.Operation));
        Assert.IsType<SocketException>(error.InnerException);
    }

    [Fact]
    public async Task A_name_without_an_address_of_the_asked_family_is_not_found()
    {
        await FailsAsync(Answering([], []), "example.test", NetErrorKind.NameNotFound, "there is no host 'example.test' with an IPv6 address", IPv6);
        await FailsAsync(Refusing, "::1", NetErrorKind.NameNotFound, "::1 is no IPv4 address", IPv4);
    }

    [Fact]
    public async Task What_cannot_be_a_host_is_refused()
    {
        await FailsAsync(Refusing, "1.2.3", NetErrorKind.InvalidAddress, "four numbers");
        await FailsAsync(Refusing, "*", NetErrorKind.InvalidAddress, "every address");
        await Assert.ThrowsAsync<ArgumentNullException>(() => Refusing.ResolveAsync(null!));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Refusing.ResolveAsync("example.test", new() { Family = AddressFamily.Unix }));
    }

    [Fact]
    public async Task Other_scripts_are_asked_for_in_Punycode()
    {
        var asked = new ConcurrentBag<string>();
        var resolver = new Resolver((name, _, _) =>
        {
            asked.Add(name);
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        await resolver.ResolveAsync("BÜCHER.Example", IPv4Only);
        Assert.Equal(["xn--bcher-kva.example"], asked);
    }

    [Fact(Timeout = 30_000)]
    public async Task Both_families_are_asked_side_by_side()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "needs IPv6");
        var both = new Barrier(2);
        var resolver = new Resolver((_, family, _) => Task.Run<IPAddress[]>(() =>
        {
            both.SignalAndWait();    // each waits for the other
            return [family == IPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback];
        }));
        Assert.Equal(2, (await resolver.ResolveAsync("example.test")).Count);
    }

    [Fact(Timeout = 30_000)]
    public async Task Askers_of_one_name_share_one_look_up()
    {
        var answer = new TaskCompletionSource<IPAddress[]>();
        var asked = 0;
        var resolver = new Resolver((_, _, _) =>
        {
            Interlocked.Increment(ref asked);
            return answer.Task;
        });
        var askers = Enumerable.Range(0, 20).Select(_ => resolver.ResolveAsync("Example.test", IPv4Only)).ToList();
        var other = resolver.ResolveAsync("other.test", IPv4Only);
        answer.SetResult([IPAddress.Loopback]);
        Assert.All(await Task.WhenAll(askers), addresses => Assert.Equal(["127.0.0.1"], Texts(addresses)));
        await other;
        Assert.Equal(2, asked);
        await resolver.ResolveAsync("example.test", IPv4Only);
        Assert.Equal(3, asked);    // nothing is kept
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_gives_up_leaves_the_others_their_answer()
    {
        var answer = new TaskCompletionSource<IPAddress[]>();
        var abandoned = CancellationToken.None;
        var resolver = new Resolver((_, _, cancel) =>
        {
            abandoned = cancel;
            return answer.Task;
        });
        using var giveUp = new CancellationTokenSource();
        var quitter = resolver.ResolveAsync("example.test", IPv4Only, giveUp.Token);
        var patient = resolver.ResolveAsync("example.test", IPv4Only);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quitter);
        Assert.False(abandoned.IsCancellationRequested);
        answer.SetResult([IPAddress.Loopback]);
        Assert.Equal(["127.0.0.1"], Texts(await patient));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_last_to_give_up_ends_the_look_up()
    {
        var abandoned = new TaskCompletionSource();
        var resolver = new Resolver(async (_, _, cancel) =>
        {
            await using var _ = cancel.Register(abandoned.SetResult);
            await Task.Delay(Timeout.Infinite, cancel);
            return [];
        });
        using var giveUp = new CancellationTokenSource();
        var quitter = resolver.ResolveAsync("example.test", IPv4Only, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quitter);
        await abandoned.Task;
    }

    [Fact]
    public async Task An_address_has_a_name_or_an_error_that_says_it_has_none()
    {
        var resolver = new Resolver((_, _, _) => throw new InvalidOperationException(), (address, _) => address.Equals(IPAddress.Loopback)
            ? Task.FromResult("localhost")
            : throw new SocketException((int)(address.Equals(IPAddress.Any) ? SocketError.TryAgain : SocketError.HostNotFound)));
        Assert.Equal("localhost", await resolver.NameOfAsync(IPAddress.Loopback.MapToIPv6()));
        var error = await Assert.ThrowsAsync<NetException>(() => resolver.NameOfAsync(IPAddress.Parse("192.0.2.1")));
        Assert.Equal((NetErrorKind.NoNameForAddress, "resolve: 192.0.2.1 has no host name"), (error.Kind, error.Message));
        error = await Assert.ThrowsAsync<NetException>(() => resolver.NameOfAsync(IPAddress.Any));
        Assert.Equal(NetErrorKind.NameServerFailed, error.Kind);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_system_knows_the_name_of_this_machine()
    {
        Assert.SkipUnless(File.Exists("/etc/hosts"), "needs a hosts file");
        var entry = File.ReadLines("/etc/hosts")
            .Select(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(words => words.Length > 1 && words[0] == "127.0.0.1" && words[1] != "localhost");
        Assert.SkipWhen(entry is null, "the hosts file has only localhost");
        Assert.Contains(IPAddress.Loopback, await Resolver.System.ResolveAsync(entry[1], IPv4Only));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_limit_ends_a_look_up_that_nobody_answers()
    {
        var clock = new FakeTimeProvider();
        var options = new ResolveOptions { Time = clock };
        var resolver = new Resolver((_, _, _) => new TaskCompletionSource<IPAddress[]>().Task, (_, _) => new TaskCompletionSource<string>().Task);
        foreach (var looking in new Task[] { resolver.ResolveAsync("example.test", options), resolver.NameOfAsync(IPAddress.Loopback, options) })
        {
            clock.Advance(options.Timeout);
            var error = await Assert.ThrowsAsync<NetException>(() => looking);
            Assert.Equal((NetErrorKind.TimedOut, NetOperation.Resolve), (error.Kind, error.Operation));
            Assert.Equal("resolve: the name servers did not answer within 10 s", error.Message);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task What_one_family_has_answered_is_not_lost_when_the_other_is_silent()
    {
        var clock = new FakeTimeProvider();
        var resolver = new Resolver((_, family, _) => family == IPv4
            ? Task.FromResult<IPAddress[]>([IPAddress.Loopback])
            : new TaskCompletionSource<IPAddress[]>().Task);
        var looking = resolver.ResolveAsync("example.test", new() { Time = clock, Timeout = TimeSpan.FromSeconds(3) });
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(["127.0.0.1"], Texts(await looking));
    }

    private static ResolveOptions IPv4Only { get; } = new() { Family = IPv4 };

    private static Resolver Answering(string[] ipv6, string[] ipv4) =>
        new((_, family, _) => Task.FromResult<IPAddress[]>([.. (family == IPv6 ? ipv6 : ipv4).Select(IPAddress.Parse)]));

    /// <summary>Fails the test that asks it.</summary>
    private static Resolver Refusing { get; } = new((name, _, _) => throw new InvalidOperationException($"{name} was asked for"));

    private static string[] Texts(IEnumerable<IPAddress> addresses) => [.. addresses.Select(address => address.ToString())];

    private static async Task FailsAsync(Resolver resolver, string host, NetErrorKind kind, string reason, AddressFamily? family = null)
    {
        var error = await Assert.ThrowsAsync<NetException>(() => resolver.ResolveAsync(host, new() { Family = family }));
        Assert.Equal(kind, error.Kind);
        Assert.Contains(reason, error.Reason);
    }
}
