using Sockeye.Tool;
using Xunit;

namespace Sockeye.Tests.Cli;

public class ExitCodeTests
{
    [Theory]
    [InlineData(NetErrorKind.Unexpected, 1)]
    [InlineData(NetErrorKind.InvalidAddress, 2)]
    [InlineData(NetErrorKind.UnknownService, 2)]
    [InlineData(NetErrorKind.NameNotFound, 3)]
    [InlineData(NetErrorKind.NameServerFailed, 3)]
    [InlineData(NetErrorKind.NoNameForAddress, 3)]
    [InlineData(NetErrorKind.Refused, 4)]
    [InlineData(NetErrorKind.Unreachable, 4)]
    [InlineData(NetErrorKind.TimedOut, 5)]
    [InlineData(NetErrorKind.AddressInUse, 6)]
    [InlineData(NetErrorKind.AddressUnavailable, 6)]
    [InlineData(NetErrorKind.AccessDenied, 6)]
    [InlineData(NetErrorKind.NotFound, 6)]
    [InlineData(NetErrorKind.ResourceExhausted, 6)]
    [InlineData(NetErrorKind.Unsupported, 6)]
    [InlineData(NetErrorKind.Reset, 7)]
    [InlineData(NetErrorKind.ClosedEarly, 7)]
    [InlineData(NetErrorKind.ClosedForWriting, 7)]
    [InlineData(NetErrorKind.ProtocolViolation, 8)]
    [InlineData(NetErrorKind.LimitExceeded, 8)]
    [InlineData(NetErrorKind.MessageTooLarge, 8)]
    [InlineData(NetErrorKind.ProxyRefused, 8)]
    [InlineData(NetErrorKind.TlsRejected, 8)]
    public void Each_kind_of_error_has_its_code(NetErrorKind kind, int code) =>
        Assert.Equal(code, ExitCodes.Of(new NetException(kind, NetOperation.Connect, "why")));

    [Fact]
    public void No_kind_of_error_is_without_a_code() =>
        Assert.All(Enum.GetValues<NetErrorKind>(), kind => Assert.InRange(ExitCodes.Of(new NetException(kind, NetOperation.Read, "why")), 1, 8));

    [Fact]
    public void Local_files_usage_and_the_unforeseen_have_theirs()
    {
        Assert.Equal(6, ExitCodes.Of(new IOException("no space left")));
        Assert.Equal(6, ExitCodes.Of(new UnauthorizedAccessException()));
        Assert.Equal(2, ExitCodes.Of(new UsageException("which?")));
        Assert.Equal(1, ExitCodes.Of(new InvalidOperationException()));
    }
}
