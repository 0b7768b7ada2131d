using Xunit;

namespace Sockeye.Tests;

public class SmokeTests
{
    [Fact]
    public void Blame_follows_kind() => Assert.Equal(NetBlame.Reach, NetErrors.BlameOf(NetErrorKind.Refused));
}
