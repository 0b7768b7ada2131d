using Sockeye.Measuring;

namespace Sockeye.Tool.Benchmarks;

/// <summary>What the words of <c>sock bench</c> name: a URL asks for a page without <c>--mode get</c>.</summary>
/// <param name="Address">Where.</param>
/// <param name="Path">The page of a URL; null without one.</param>
internal sealed record BenchTarget(Address Address, string? Path)
{
    /// <summary>The URL that the words are; null if they are something else.</summary>
    public static BenchTarget? OfUrl(string[] words) => words switch
    {
        [var url] when url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) => Of(Transport.Tcp, url["http://".Length..], 80),
        [var url] when url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) => Of(Transport.Tls, url["https://".Length..], 443),
        _ => null,
    };

    /// <summary>The mode that was asked for, or that a URL means.</summary>
    public static LoadMode ModeOf(LoadMode? asked, BenchTarget? url) => (asked, url) switch
    {
        (null or LoadMode.Get, not null) => LoadMode.Get,
        (_, null) => asked ?? LoadMode.Echo,
        _ => throw new UsageException($"a URL asks for a page, and --mode is {BenchText.NameOf(asked.Value)}", "Leave out --mode, or write HOST:PORT."),
    };

    private static BenchTarget Of(Transport transport, string rest, int usualPort)
    {
        var end = rest.AsSpan().IndexOfAny("/?#") is var found and >= 0 ? found : rest.Length;
        var (host, page) = (rest[..end], rest[end..]);
        var address = !AddressArguments.IsBareHost(host) && !host.EndsWith(']') ? Address.Parse(host, transport)
            : transport == Transport.Tls ? Address.Tls(host, usualPort)
            : Address.Tcp(host, usualPort);
        return new(address, page.Length == 0 ? "/" : page);
    }
}
