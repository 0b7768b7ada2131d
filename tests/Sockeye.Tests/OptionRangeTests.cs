using Sockeye.Measuring;
using Sockeye.Protocols;
using Sockeye.Sessions;
using Xunit;

namespace Sockeye.Tests;

/// <summary>An option that no operation could keep to is refused where it is set.</summary>
public class OptionRangeTests
{
    private static readonly TimeSpan[] NoLimits = [TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(50), TimeSpan.MaxValue];

    public static TheoryData<string, Func<TimeSpan, object>> Limits => new()
    {
        { "IdleTimeout", limit => new ConnectionOptions { IdleTimeout = limit } },
        { "CloseTimeout", limit => new ConnectionOptions { CloseTimeout = limit } },
        { "Timeout", limit => new ConnectOptions { Timeout = limit } },
        { "LayerTimeout", limit => new ListenOptions { LayerTimeout = limit } },
        { "Timeout", limit => new ResolveOptions { Timeout = limit } },
        { "Timeout", limit => new DatagramOptions { Timeout = limit } },
        { "ReceiveTimeout", limit => new DatagramOptions { ReceiveTimeout = limit } },
        { "IdleTimeout", limit => new ServerOptions { IdleTimeout = limit } },
        { "Timeout", limit => new QueryOptions { Timeout = limit } },
        { "IdleTimeout", limit => new HttpOptions { IdleTimeout = limit } },
        { "Duration", limit => new LoadOptions { Duration = limit } },
        { "Timeout", limit => new LoadOptions { Timeout = limit } },
        { "HeadTimeout", limit => new HttpServerOptions { HeadTimeout = limit } },
    };

    public static TheoryData<string, Func<TimeSpan, object>> Waits => new()
    {
        { "AttemptDelay", wait => new ConnectOptions { AttemptDelay = wait } },
        { "ResolutionDelay", wait => new ConnectOptions { ResolutionDelay = wait } },
        { "DrainTimeout", wait => new ServerOptions { DrainTimeout = wait } },
    };

    [Theory, MemberData(nameof(Limits))]
    public void A_limit_is_above_zero_or_none(string name, Func<TimeSpan, object> set)
    {
        Assert.All(NoLimits, value => Assert.Throws<ArgumentOutOfRangeException>(name, () => set(value)));
        Assert.NotNull(set(Timeout.InfiniteTimeSpan));
        Assert.NotNull(set(TimeSpan.FromTicks(1)));
    }

    [Theory, MemberData(nameof(Waits))]
    public void A_wait_may_be_none_at_all(string name, Func<TimeSpan, object> set)
    {
        Assert.All(NoLimits[1..], value => Assert.Throws<ArgumentOutOfRangeException>(name, () => set(value)));
        Assert.NotNull(set(TimeSpan.Zero));
    }

    [Fact]
    public void A_pause_has_an_end()
    {
        TimeSpan[] wrong = [Timeout.InfiniteTimeSpan, .. NoLimits[1..]];
        Assert.All(wrong, value => Assert.Throws<ArgumentOutOfRangeException>("SendDelay", () => new SessionOptions { SendDelay = value }));
        Assert.All(wrong, value => Assert.Throws<ArgumentOutOfRangeException>("WarmUp", () => new LoadOptions { WarmUp = value }));
    }

    [Fact]
    public void Sizes_are_not_negative()
    {
        Func<object>[] wrong =
        [
            () => new ConnectionOptions { CloseDrainLimit = -1 },
            () => new ConnectionOptions { MaxLineLength = -1 },
            () => new HttpLimits { MaxLineLength = 0 },
            () => new HttpLimits { MaxHeaders = -1 },
            () => new HttpLimits { MaxHeadersLength = -1 },
            () => new HttpOptions { MaxSize = -1 },
            () => new ListenOptions { Backlog = 0 },
            () => new ServerOptions { MaxConnections = 0 },
            () => new SessionOptions { BytesPerSecond = -1 },
            () => new LoadOptions { Connections = 0 },
            () => new LoadOptions { MessageSize = 0 },
            () => new LoadOptions { Rate = 0 },
            () => Connection.CreatePair().Client.Lines.MaxLineLength = -1,
        ];
        Assert.All(wrong, set => Assert.Throws<ArgumentOutOfRangeException>(set));
    }
}
