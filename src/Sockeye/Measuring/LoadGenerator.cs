using Sockeye.Protocols;

namespace Sockeye.Measuring;

/// <summary>
/// Puts load on a server, and measures what it answers: how much, how soon, and what goes wrong. It is for servers of one's
/// own. Requests go over any stream: TCP, Unix, with a layer TLS.
/// <code>
/// closed loop    request ─► answer, request ─► answer, ...     a slow server is asked less
/// open loop      due       due       due                       a slow server has a queue, and
///                └► request ─────► answer                      waiting in it is part of the latency
///                          └──────► request ─► answer
/// </code>
/// </summary>
/// <remarks>An open loop (<see cref="LoadOptions.Rate"/>) says what users see who do not wait for each other. A closed loop says
/// how much a server can do, but leaves out those whom a stalled server would have kept waiting (coordinated omission).</remarks>
/// <example><code>
/// await using var server = Server.Start("localhost:0", Echo.ServeAsync);
/// var outcome = await LoadGenerator.RunAsync(server.LocalAddress, new() { Rate = 1000, Duration = TimeSpan.FromSeconds(2) });
/// Console.WriteLine($"{outcome.RequestsPerSecond:0}/s, 99 % within {outcome.Latency.Percentile(99).TotalMilliseconds:0.00} ms");
/// foreach (var error in outcome.Errors)
///     Console.WriteLine($"{error.Count} x {error.First.Message}");
/// </code></example>
public static class LoadGenerator
{
    /// <summary>Connects, warms up and measures. Errors do not end it: they are counted, a connection that has failed is
    /// replaced, and while nobody can be reached it tries again every 100 ms.</summary>
    /// <param name="address">A TCP or Unix stream address; one that begins with <c>tls://</c> if a layer of
    /// <see cref="LoadOptions.Connect"/> speaks TLS.</param>
    /// <param name="options">What to do. Defaults to <see cref="LoadOptions"/>'s defaults.</param>
    /// <param name="cancel">Ends it early: the outcome is that of the time until then.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="NetException">At the beginning no connection at all could be made: the kinds of
    /// <see cref="Connection.ConnectAsync(Address, ConnectOptions?, CancellationToken)"/>.
    /// <see cref="NetErrorKind.InvalidAddress"/>: also a path that cannot be asked for.</exception>
    public static async Task<LoadOutcome> RunAsync(Address address, LoadOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        options ??= LoadOptions.Default;
        var path = HttpUrl.EncodeTarget(options.Path);
        options = options with { Connect = options.Connect with { Resolver = KnownNames.Over(options.Connect.Resolver) } };
        return await new LoadRun(options, () => LoadClient.For(address, path, options)).RunAsync(cancel).ConfigureAwait(false);
    }
}
