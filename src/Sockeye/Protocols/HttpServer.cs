namespace Sockeye.Protocols;

/// <summary>The server's half: one request, one reply, and the end.</summary>
internal sealed class HttpServer(HttpResponder responder, HttpServerOptions options)
{
    public async Task ServeAsync(Connection peer, CancellationToken cancel)
    {
        HttpRequest? request = null;
        HttpReply? reply;
        try
        {
            request = await ReceiveAsync(peer, cancel).ConfigureAwait(false);
            if (request is null)
                return;
            reply = await responder(request, cancel).ConfigureAwait(false);
        }
        catch (HttpRefusal refusal)
        {
            reply = refusal.Reply;
        }
        catch (Exception e) when (request is not null && e is not OperationCanceledException)
        {
            await TellOfFailureAsync().ConfigureAwait(false);
            throw;
        }
        await SendAsync(reply).ConfigureAwait(false);

        async Task TellOfFailureAsync()
        {
            try
            {
                await SendAsync(HttpReply.Error(500)).ConfigureAwait(false);
            }
            catch (NetException)
            {
                // The client has gone; what the responder failed with matters more.
            }
        }

        Task SendAsync(HttpReply what) => what.SendAsync(peer, request, options.Time.GetUtcNow(), cancel);
    }

    /// <summary>Reads a request within the limit in time; null if the client went without one.</summary>
    private async Task<HttpRequest?> ReceiveAsync(Connection peer, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(options.HeadTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            return await HttpRequest.ReadAsync(new HttpReader(peer, options.Limits), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new HttpRefusal(408, $"no request came within {Texts.Of(options.HeadTimeout)}");
        }
        catch (NetException e) when (e.Kind == NetErrorKind.ClosedEarly && peer.BytesReceived == 0)
        {
            return null;
        }
        catch (NetException e) when (e.Kind is NetErrorKind.ProtocolViolation or NetErrorKind.ClosedEarly)
        {
            throw new HttpRefusal(400, e.Reason);
        }
        catch (NetException e) when (e.Kind == NetErrorKind.LimitExceeded)
        {
            throw new HttpRefusal(431, e.Reason);
        }
    }
}
