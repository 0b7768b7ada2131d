using Sockeye.Measuring;
using Sockeye.Platform;

namespace Sockeye.Tests.Measuring;

/// <summary>What can stand beneath a scan.</summary>
public enum Probers
{
    Portable,
    Epoll,
}

internal static class ProbersExtensions
{
    public static PortScanOptions Options(this Probers probers) => new()
    {
        NewProber = probers == Probers.Epoll ? places => new EpollProber(places) : places => new SocketProber(places),
        Timeout = TimeSpan.FromSeconds(60),    // what answers does so however loaded the machine is
    };
}
