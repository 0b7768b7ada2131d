using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Xunit;

namespace Sockeye.Tests;

public class TelemetryTests
{
    [Fact(Timeout = 30_000)]
    public async Task Bytes_are_counted_when_a_connection_ends()
    {
        const int Unusual = 123_457;
        var measured = new ConcurrentBag<(string Name, long Value)>();
        using var listener = Listen(measured);
        var (client, server) = Connection.CreatePair();
        var reading = server.CopyToAsync(Stream.Null);
        await client.WriteAsync(new byte[Unusual]);
        var closing = client.CloseAsync();
        await reading;
        await server.CloseAsync();
        await closing;
        Assert.Contains(("sockeye.sent", Unusual), measured);
        Assert.Contains(("sockeye.received", Unusual), measured);
        Assert.Contains(("sockeye.connections", -1), measured);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_connection_is_counted_once_whatever_layers_are_on_it()
    {
        const int Unusual = 234_567;
        var measured = new ConcurrentBag<(string Name, long Value)>();
        using var listener = Listen(measured);
        var (client, server) = Connection.CreatePair();
        var above = Connection.Over(Connection.Over(client));
        var reading = server.CopyToAsync(Stream.Null);
        await above.WriteAsync(new byte[Unusual]);
        var closing = above.CloseAsync();
        await reading;
        await server.CloseAsync();
        await closing;
        Assert.Single(measured, measurement => measurement == ("sockeye.sent", Unusual));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_failed_connect_is_a_span_with_its_kind()
    {
        var address = $"unix:@nobody-{Guid.NewGuid():N}";
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Sockeye",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await Assert.ThrowsAsync<NetException>(async () => await Connection.ConnectAsync(address));
        var span = Assert.Single(spans, span => Equals(span.GetTagItem("server.address"), address));
        Assert.Equal(nameof(NetErrorKind.Refused), span.GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, span.Status);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_served_connection_is_a_span_of_its_own_with_its_error()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Sockeye",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var starter = new Activity("the starter's").Start();
        var server = Server.Start("127.0.0.1:0", async (peer, cancel) =>
        {
            await peer.Lines.ReadLineAsync(cancel);
            throw new InvalidOperationException("thrown on purpose");
        });
        await using var caller = await Connection.ConnectAsync(server.LocalAddress);
        await caller.CloseWriteAsync();
        await Record.ExceptionAsync(async () => await caller.ReadAsync(new byte[1]));    // it has been served, then
        await server.StopAsync();
        var span = Assert.Single(spans, span => Equals(span.GetTagItem("client.address"), caller.LocalAddress.ToString()));
        Assert.Equal(("sockeye.serve", ActivityKind.Server, null), (span.OperationName, span.Kind, span.ParentId));
        Assert.Equal((nameof(InvalidOperationException), ActivityStatusCode.Error), (span.GetTagItem("error.type"), span.Status));
    }

    private static MeterListener Listen(ConcurrentBag<(string Name, long Value)> measured)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Sockeye")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.Add((instrument.Name, value)));
        listener.Start();
        return listener;
    }
}
