using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Protocols;

public class TimeTests
{
    [Theory]
    [InlineData("1900-01-01T00:00:00Z", 0x00, 0x00, 0x00, 0x00)]
    [InlineData("1970-01-01T00:00:00Z", 0x83, 0xaa, 0x7e, 0x80)]
    [InlineData("2026-02-24T17:37:43Z", 0xed, 0x48, 0x60, 0x67)]
    [InlineData("2036-02-07T06:28:15Z", 0xff, 0xff, 0xff, 0xff)]
    [InlineData("2036-02-07T06:28:16Z", 0x00, 0x00, 0x00, 0x00)]
    [InlineData("2036-02-07T06:28:17.999Z", 0x00, 0x00, 0x00, 0x01)]
    [InlineData("1899-12-31T23:59:59.5Z", 0xff, 0xff, 0xff, 0xff)]
    public void A_time_has_these_bytes(string time, params int[] bytes) =>
        Assert.Equal(bytes, Time.Encode(DateTimeOffset.Parse(time)).Select(b => (int)b));

    [Theory]
    [InlineData("2026-02-24T00:00:00Z", 0x00000000, "2036-02-07T06:28:16Z")]
    [InlineData("2026-02-24T00:00:00Z", 0xffffffff, "2036-02-07T06:28:15Z")]
    [InlineData("2026-02-24T00:00:00Z", 0x83aa7e80, "1970-01-01T00:00:00Z")]
    [InlineData("2040-01-01T00:00:00Z", 0x83aa7e80, "2106-02-07T06:28:16Z")]
    [InlineData("2040-01-01T00:00:00Z", 0xffffffff, "2036-02-07T06:28:15Z")]
    [InlineData("1970-01-01T00:00:00Z", 0xed486067, "2026-02-24T17:37:43Z")]
    [InlineData("1950-01-01T00:00:00Z", 0x00000000, "1900-01-01T00:00:00Z")]
    public void Bytes_mean_the_moment_nearest_to_the_clock(string now, uint seconds, string time) =>
        Assert.Equal(DateTimeOffset.Parse(time), Time.Decode(Bytes(seconds), new FixedClock(DateTimeOffset.Parse(now))));

    [Fact]
    public void Any_time_within_68_years_of_the_clock_survives()
    {
        var moments = Gen.Choose(0, int.MaxValue).Select(n => new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(3.0 * n));
        var distances = Gen.Choose(-int.MaxValue, int.MaxValue);
        Prop.ForAll(moments.ToArbitrary(), distances.ToArbitrary(), (now, distance) =>
        {
            var time = now.AddSeconds(distance);
            return Time.Decode(Time.Encode(time), new FixedClock(now)) == time;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_four_bytes_mean_has_these_bytes_and_is_near_the_clock() =>
        Prop.ForAll(Gen.Choose(1900, 2104).ToArbitrary(), Gen.Choose(int.MinValue, int.MaxValue).ToArbitrary(), (year, bits) =>
        {
            var now = new DateTimeOffset(year, 7, 1, 12, 0, 0, TimeSpan.Zero);
            var bytes = Bytes((uint)bits);
            var time = Time.Decode(bytes, new FixedClock(now));
            return Time.Encode(time).SequenceEqual(bytes) && (time - now).Duration() <= TimeSpan.FromSeconds(1L << 31);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Fewer_than_four_bytes_are_no_time(int count)
    {
        var error = Assert.Throws<NetException>(() => Time.Decode(new byte[count]));
        Assert.Equal(NetErrorKind.ProtocolViolation, error.Kind);
        Assert.Contains($"wrong-sized reply: the time has 4 bytes, this has {count}", error.Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_time_is_the_same_by_stream_and_by_datagram()
    {
        var clock = new FixedClock(DateTimeOffset.Parse("2037-01-02T03:04:05.6Z"));
        await using var server = Server.Start("127.0.0.1:0", Time.ServeWith(clock));
        await using var datagrams = DatagramServer.Start("127.0.0.1:0", Time.AnswerWith(clock));
        Assert.Equal(DateTimeOffset.Parse("2037-01-02T03:04:05Z"), await Time.QueryAsync(server.LocalAddress));
        Assert.Equal(DateTimeOffset.Parse("2037-01-02T03:04:05Z"), await Time.QueryAsync(datagrams.LocalAddress));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_reading_says_what_was_seen()
    {
        await using var datagrams = DatagramServer.Start("127.0.0.1:0", Time.AnswerWith(new FixedClock(DateTimeOffset.Parse("2030-01-01T00:00:30.7Z"))));
        var options = new QueryOptions { Connect = new() { Time = new FakeTimeProvider() } };
        var reading = await Time.MeasureAsync(datagrams.LocalAddress, options);
        Assert.Equal(
            new TimeReading(DateTimeOffset.Parse("2030-01-01T00:00:30Z"), TimeSpan.FromSeconds(30), TimeSpan.Zero, 1, 0, datagrams.LocalAddress),
            reading);
    }

    [Fact(Timeout = 30_000)]
    public async Task Of_eight_bytes_the_first_four_are_the_time()
    {
        DatagramHandler eight = (_, _) => new(new byte[] { 0xed, 0x48, 0x60, 0x67, 1, 2, 3, 4 });
        await using var datagrams = DatagramServer.Start("127.0.0.1:0", eight);
        await using var server = Server.Start("127.0.0.1:0",
            async (peer, cancel) => await peer.WriteAsync((await eight(default, cancel))!.Value, cancel));
        foreach (var address in (Address[])[datagrams.LocalAddress, server.LocalAddress])
        {
            var reading = await Time.MeasureAsync(address);
            Assert.Equal((DateTimeOffset.Parse("2026-02-24T17:37:43Z"), 4), (reading.Time, reading.ExtraBytes));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_datagram_of_another_size_is_refused()
    {
        await using var datagrams = DatagramServer.Start("127.0.0.1:0", (_, _) => new(new byte[3]));
        var error = await Assert.ThrowsAsync<NetException>(() => Time.QueryAsync(datagrams.LocalAddress));
        Assert.Equal((NetErrorKind.ProtocolViolation, datagrams.LocalAddress), (error.Kind, error.Address));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stream_that_ends_before_four_bytes_is_told()
    {
        await using var server = Server.Start("127.0.0.1:0", async (peer, cancel) => await peer.WriteAsync(new byte[3], cancel));
        var error = await Assert.ThrowsAsync<NetException>(() => Time.QueryAsync(server.LocalAddress));
        Assert.Equal(NetErrorKind.ClosedEarly, error.Kind);
        Assert.Contains("3 of 4 bytes", error.Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_lost_datagram_is_asked_for_again()
    {
        var clock = new FakeTimeProvider();
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        var asking = Time.MeasureAsync(server.LocalAddress, new() { Connect = new() { Time = clock } });
        for (var lost = 0; lost < 2; lost++)
        {
            await server.ReceiveAsync();
            await clock.FireAsync(TimeSpan.FromSeconds(1));
        }
        var request = await server.ReceiveAsync();
        Assert.Equal(0, request.Bytes.Length);
        await server.SendToAsync(Time.Encode(clock.GetUtcNow()), request.From);
        var reading = await asking;
        Assert.Equal((3, clock.GetUtcNow()), (reading.Tries, reading.Time));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_late_answer_to_an_earlier_question_counts()
    {
        var clock = new FakeTimeProvider();
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        var asking = Time.MeasureAsync(server.LocalAddress, new() { Connect = new() { Time = clock } });
        var first = (await server.ReceiveAsync()).From;
        await clock.FireAsync(TimeSpan.FromSeconds(1));
        await server.SendToAsync(Time.Encode(clock.GetUtcNow()), first);
        Assert.Equal(clock.GetUtcNow(), (await asking).Time);
    }

    [Fact(Timeout = 30_000)]
    public async Task Silence_is_given_up_after_the_tries()
    {
        var clock = new FakeTimeProvider();
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        var asking = Time.QueryAsync(server.LocalAddress, new() { Tries = 2, Timeout = TimeSpan.FromSeconds(5), Connect = new() { Time = clock } });
        await clock.FireAsync(TimeSpan.FromSeconds(5));
        await clock.FireAsync(TimeSpan.FromSeconds(5));
        var error = await Assert.ThrowsAsync<NetException>(() => asking);
        Assert.Equal(NetErrorKind.TimedOut, error.Kind);
        Assert.Contains("no answer within 5 s to any of 2 tries", error.Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_silent_stream_is_given_up_after_all_tries_together()
    {
        var clock = new FakeTimeProvider();
        await using var server = Server.Start("127.0.0.1:0", (peer, cancel) => peer.Lines.ReadLineAsync(cancel).AsTask());
        var asking = Time.QueryAsync(server.LocalAddress, new() { Connect = new() { Time = clock } });
        await clock.FireAsync(TimeSpan.FromSeconds(3));
        var error = await Assert.ThrowsAsync<NetException>(() => asking);
        Assert.Equal(NetErrorKind.TimedOut, error.Kind);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_next_address_is_asked_when_one_refuses()
    {
        await using var datagrams = DatagramServer.Start("127.0.0.1:0", Time.AnswerWith(TimeProvider.System));
        var resolver = new Resolver((_, family, _) => Task.FromResult<IPAddress[]>(
            family == AddressFamily.InterNetworkV6 ? [IPAddress.IPv6Loopback] : [IPAddress.Loopback]));
        var reading = await Time.MeasureAsync(
            Address.Udp("both.test", datagrams.LocalAddress.Port), new() { Connect = new() { Resolver = resolver } });
        Assert.Equal(datagrams.LocalAddress, reading.Server);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(Transport.Udp)]
    [InlineData(Transport.Tcp)]
    public async Task Nobody_there_is_refused(Transport transport)
    {
        var port = PeerPort.Choose();
        var address = transport == Transport.Udp ? Address.Udp("127.0.0.1", port) : Address.Tcp("127.0.0.1", port);
        var error = await Assert.ThrowsAsync<NetException>(() => Time.QueryAsync(address));
        Assert.Equal(NetErrorKind.Refused, error.Kind);
    }

    [Fact(Timeout = 30_000)]
    public async Task Giving_up_is_the_callers_cancellation()
    {
        await using var server = DatagramSocket.Bind("127.0.0.1:0");
        using var stop = new CancellationTokenSource();
        var asking = Time.QueryAsync(server.LocalAddress, cancel: stop.Token);
        await server.ReceiveAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public void At_least_one_try_is_made() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueryOptions { Tries = 0 });

    private static byte[] Bytes(uint seconds) => [(byte)(seconds >> 24), (byte)(seconds >> 16), (byte)(seconds >> 8), (byte)seconds];

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
