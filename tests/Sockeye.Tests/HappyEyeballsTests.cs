using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FsCheck;
using FsCheck.Fluent;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

public class HappyEyeballsTests
{
    private const AddressFamily IPv4 = AddressFamily.InterNetwork;
    private const AddressFamily IPv6 = AddressFamily.InterNetworkV6;
    private const int HangGuard = 30_000;

    private static readonly TimeSpan ResolutionDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    [Fact(Timeout = HangGuard)]
    public async Task An_IPv6_answer_is_used_at_once()
    {
        var track = new Track();
        var race = track.RunAsync();
        track.Answer(IPv6, "2001:db8::1");
        await track.StartOf("2001:db8::1");
        track.Succeed("2001:db8::1");
        Assert.Equal("2001:db8::1", (await race)!.Name);
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_IPv4_answer_waits_a_moment_for_the_IPv6_one()
    {
        var track = new Track();
        var race = track.RunAsync();
        track.Answer(IPv4, "192.0.2.1");
        await track.Clock.TimerArmedAsync(ResolutionDelay);
        Assert.Empty(track.Started);
        track.Answer(IPv6, "2001:db8::1");
        await track.StartOf("2001:db8::1");
        await track.Clock.FireAsync(AttemptDelay);
        await track.StartOf("192.0.2.1");
        Assert.Equal(["2001:db8::1", "192.0.2.1"], track.Started);
        track.Succeed("192.0.2.1");
        await race;
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_IPv4_answer_does_not_wait_longer_than_that_moment()
    {
        var track = new Track();
        var race = track.RunAsync();
        track.Answer(IPv4, "192.0.2.1");
        await track.Clock.FireAsync(ResolutionDelay);
        await track.StartOf("192.0.2.1");
        track.Answer(IPv6, "2001:db8::1");    // late, but not too late
        await track.Clock.FireAsync(AttemptDelay);
        await track.StartOf("2001:db8::1");
        Assert.Equal(["192.0.2.1", "2001:db8::1"], track.Started);
        track.Succeed("2001:db8::1");
        await race;
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_IPv4_answer_does_not_wait_if_there_is_no_IPv6_address()
    {
        var track = new Track();
        var race = track.RunAsync();
        track.NoAnswer(IPv6, SocketError.HostNotFound);
        track.Answer(IPv4, "192.0.2.1");
        await track.StartOf("192.0.2.1");
        track.Succeed("192.0.2.1");
        Assert.Equal("192.0.2.1", (await race)!.Name);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Attempts_begin_a_delay_apart_and_the_families_take_turns()
    {
        var track = new Track();
        var race = track.RunAsync();
        await track.AnswerBothAsync(["2001:db8::1", "2001:db8::2"], ["192.0.2.1", "192.0.2.2"]);
        string[] order = ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"];
        for (var i = 0; i < order.Length - 1; i++)
        {
            await track.StartOf(order[i]);
            await track.Clock.TimerArmedAsync(AttemptDelay);
            track.Clock.Advance(AttemptDelay - TimeSpan.FromMilliseconds(1));
            Assert.Equal(order[..(i + 1)], track.Started);
            track.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
        await track.StartOf(order[^1]);
        Assert.Equal(0, track.Clock.ArmedTimers);    // there is nothing left to wait with
        track.Succeed("2001:db8::2");
        Assert.Equal("2001:db8::2", (await race)!.Name);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_failed_attempt_starts_the_next_at_once()
    {
        var track = new Track();
        var race = track.RunAsync();
        await track.AnswerBothAsync(["2001:db8::1"], ["192.0.2.1", "192.0.2.2"]);
        foreach (var address in new[] { "2001:db8::1", "192.0.2.1" })
        {
            await track.StartOf(address);
            track.Fail(address);
        }
        await track.StartOf("192.0.2.2");
        track.Succeed("192.0.2.2");
        Assert.Equal("192.0.2.2", (await race)!.Name);
        Assert.Equal(["2001:db8::1", "192.0.2.1"], track.Errors);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Losers_are_cancelled_and_what_they_bring_all_the_same_is_closed()
    {
        var track = new Track { IgnoresCancelling = "2001:db8::1" };
        var race = track.RunAsync();
        await track.AnswerBothAsync(["2001:db8::1", "2001:db8::2"], ["192.0.2.1"]);
        await track.StartOf("2001:db8::1");
        await track.Clock.FireAsync(AttemptDelay);
        await track.StartOf("192.0.2.1");
        await track.Clock.FireAsync(AttemptDelay);
        await track.StartOf("2001:db8::2");
        track.Succeed("192.0.2.1");
        await track.CancellationOf("2001:db8::2");
        track.Succeed("2001:db8::1");    // too late
        Assert.Equal("192.0.2.1", (await race)!.Name);
        Assert.Equal(["2001:db8::1"], track.Closed);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Errors_are_in_the_order_of_trying_whichever_came_first()
    {
        var track = new Track();
        var race = track.RunAsync();
        await track.AnswerBothAsync(["2001:db8::1"], ["192.0.2.1"]);
        await track.StartOf("2001:db8::1");
        await track.Clock.FireAsync(AttemptDelay);
        await track.StartOf("192.0.2.1");
        track.Fail("192.0.2.1");
        track.Fail("2001:db8::1");
        Assert.Null(await race);
        Assert.Equal(["2001:db8::1", "192.0.2.1"], track.Errors);
        Assert.Equal(0, track.Clock.ArmedTimers);
    }

    [Fact(Timeout = HangGuard)]
    public async Task After_every_attempt_has_failed_a_late_answer_is_still_tried()
    {
        var track = new Track();
        var race = track.RunAsync();
        track.Answer(IPv6, "2001:db8::1");
        await track.StartOf("2001:db8::1");
        track.Fail("2001:db8::1");
        track.Answer(IPv4, "192.0.2.1");
        await track.StartOf("192.0.2.1");
        track.Succeed("192.0.2.1");
        Assert.Equal("192.0.2.1", (await race)!.Name);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Without_an_address_there_is_no_winner_but_the_reasons()
    {
        var track = new Track();
        var race = track.RunAsync();
        track.NoAnswer(IPv4, SocketError.TryAgain);
        track.NoAnswer(IPv6, SocketError.HostNotFound);
        Assert.Null(await race);
        Assert.Equal(2, track.Race.LookUpErrors.Count);
        Assert.Empty(track.Started);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Stopping_cancels_look_ups_and_attempts()
    {
        var track = new Track();
        using var stop = new CancellationTokenSource();
        var race = track.RunAsync(stop.Token);
        track.Answer(IPv6, "2001:db8::1");
        await track.StartOf("2001:db8::1");
        await stop.CancelAsync();
        Assert.Null(await race);
        await track.CancellationOf("2001:db8::1");
        Assert.Equal(["2001:db8::1"], track.Errors);
        Assert.Equal(0, track.Clock.ArmedTimers);
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_defect_in_an_attempt_is_not_taken_for_a_failed_one()
    {
        var track = new Track();
        var race = track.RunAsync();
        track.Answer(IPv6, "2001:db8::1");
        await track.StartOf("2001:db8::1");
        track.Throw("2001:db8::1", new InvalidOperationException());
        await Assert.ThrowsAsync<InvalidOperationException>(() => race);
    }

    [Fact(Timeout = HangGuard)]
    public void Whatever_fails_the_first_good_address_wins_and_nothing_is_left_open() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(bool[] IPv6, bool[] IPv4)>(), good =>
        {
            var track = new Track();
            var race = track.RunAsync();
            string[] ipv6 = [.. good.IPv6.Select((_, i) => $"2001:db8::{i + 1}")];
            string[] ipv4 = [.. good.IPv4.Select((_, i) => $"192.0.2.{i + 1}")];
            foreach (var (address, isGood) in ipv6.Zip(good.IPv6).Concat(ipv4.Zip(good.IPv4)))
            {
                if (isGood)
                    track.Succeed(address);
                else
                    track.Fail(address);
            }
            track.Answer(IPv4, ipv4);
            track.Answer(IPv6, ipv6);
            var winner = race.GetAwaiter().GetResult();
            var anyGood = good.IPv4.Contains(true) || good.IPv6.Contains(true);
            return anyGood == winner is not null
                && track.Started.Distinct().Count() == track.Started.Count()
                && track.Errors.Length == track.Started.Count() - (anyGood ? 1 : 0)
                && !track.Closed.Contains(winner?.Name);
        }).QuickCheckThrowOnFailure();

    /// <summary>A race whose answers and attempts end when the test says so.</summary>
    private sealed class Track
    {
        private readonly ConcurrentDictionary<AddressFamily, TaskCompletionSource<FamilyAnswer>> _answers = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource<Prize>> _ends = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _starts = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _cancellations = new();
        private readonly ConcurrentQueue<string> _started = new();

        public Track() => Race = new()
        {
            Families = [IPv6, IPv4],
            LookUp = (family, stop) => AnswerOf(family).Task.WaitAsync(stop),
            Attempt = AttemptAsync,
            AttemptDelay = AttemptDelay,
            ResolutionDelay = ResolutionDelay,
            Time = Clock,
        };

        public FakeTimeProvider Clock { get; } = new();
        public HappyEyeballs<Prize> Race { get; }
        public string? IgnoresCancelling { get; init; }
        public IEnumerable<string> Started => _started;
        public ConcurrentQueue<string> Closed { get; } = new();
        public string[] Errors => [.. Race.AttemptErrors.Select(error => error.Reason)];

        public Task<Prize?> RunAsync(CancellationToken stop = default) => Race.RunAsync(() => stop);

        public void Answer(AddressFamily family, params string[] addresses) =>
            AnswerOf(family).SetResult(new([.. addresses.Select(IPAddress.Parse)], null));

        /// <summary>Both answers are there before the first attempt begins.</summary>
        public async Task AnswerBothAsync(string[] ipv6, string[] ipv4)
        {
            Answer(IPv4, ipv4);
            await Clock.TimerArmedAsync(ResolutionDelay);
            Answer(IPv6, ipv6);
        }

        public void NoAnswer(AddressFamily family, SocketError error) =>
            AnswerOf(family).SetResult(new([], ErrorMap.From(error, NetOperation.Resolve)));

        public void Succeed(string address) => EndOf(address).SetResult(new Prize(address, Closed));
        public void Fail(string address) => Throw(address, new NetException(NetErrorKind.Refused, NetOperation.Connect, address));
        public void Throw(string address, Exception error) => EndOf(address).SetException(error);
        public Task StartOf(string address) => StartSource(address).Task;
        public Task CancellationOf(string address) => CancellationSource(address).Task;

        private async Task<Prize> AttemptAsync(IPAddress ip, CancellationToken stop)
        {
            var address = ip.ToString();
            _started.Enqueue(address);
            StartSource(address).SetResult();
            try
            {
                return await EndOf(address).Task.WaitAsync(address == IgnoresCancelling ? CancellationToken.None : stop);
            }
            catch (OperationCanceledException)
            {
                CancellationSource(address).SetResult();
                throw new NetException(NetErrorKind.TimedOut, NetOperation.Connect, address);
            }
        }

        private TaskCompletionSource<FamilyAnswer> AnswerOf(AddressFamily family) =>
            _answers.GetOrAdd(family, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

        private TaskCompletionSource<Prize> EndOf(string address) =>
            _ends.GetOrAdd(address, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

        private TaskCompletionSource StartSource(string address) =>
            _starts.GetOrAdd(address, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

        private TaskCompletionSource CancellationSource(string address) =>
            _cancellations.GetOrAdd(address, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private sealed class Prize(string name, ConcurrentQueue<string> closed) : IDisposable
    {
        public string Name { get; } = name;
        public void Dispose() => closed.Enqueue(Name);
    }
}
