using System.Net;
using System.Net.Sockets;

namespace Sockeye.Tests.Support;

/// <summary>What a connection stands on; its tests run over each.</summary>
public enum Ground
{
    Tcp,
    Unix,
    Pair,
    Tls,
}

/// <summary>Two connected connections over each ground.</summary>
internal static class ConnectionPairs
{
    public static async Task<(Connection Client, Connection Server)> CreateAsync(Ground ground, ConnectionOptions? options = null)
    {
        options ??= ConnectionOptions.Default;
        if (ground == Ground.Pair)
            return Connection.CreatePair(options);
        if (ground == Ground.Tls)
            return await TlsPairs.CreateAsync(await CreateAsync(Ground.Tcp, options));
        var transport = ground == Ground.Tcp ? Transport.Tcp : Transport.Unix;
        var (client, server) = await SocketsAsync(ground);
        return (Connection.FromSocket(client, transport, null, options), Connection.FromSocket(server, transport, null, options));
    }

    /// <summary>A connection and the bare socket at its other end, for peers that misbehave.</summary>
    public static async Task<(Connection Connection, Socket Peer)> CreateWithBarePeerAsync(
        Ground ground, ConnectionOptions? options = null)
    {
        var (client, server) = await SocketsAsync(ground);
        var transport = ground == Ground.Tcp ? Transport.Tcp : Transport.Unix;
        return (Connection.FromSocket(client, transport, null, options ?? ConnectionOptions.Default), server);
    }

    private static async Task<(Socket Client, Socket Server)> SocketsAsync(Ground ground)
    {
        var unix = ground == Ground.Unix;
        var family = unix ? AddressFamily.Unix : AddressFamily.InterNetwork;
        var protocol = unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        using var listener = new Socket(family, SocketType.Stream, protocol);
        listener.Bind(unix ? new UnixDomainSocketEndPoint("\0" + Guid.NewGuid()) : new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(family, SocketType.Stream, protocol);
        await client.ConnectAsync(listener.LocalEndPoint!);
        return (client, await listener.AcceptAsync());
    }
}
