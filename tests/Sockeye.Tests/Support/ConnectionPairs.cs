using System.Net;
using System.Net.Sockets;
using Sockeye.Platform;

namespace Sockeye.Tests.Support;

/// <summary>What a connection stands on; its tests run over each.</summary>
public enum Ground
{
    Tcp,
    Unix,
    Pair,
    Tls,
    TcpOnLoop,
    UnixOnLoop,
    TlsOnLoop,
}

/// <summary>Two connected connections over each ground.</summary>
internal static class ConnectionPairs
{
    /// <summary>Every ground.</summary>
    public static Ground[] All { get; } = Enum.GetValues<Ground>();

    /// <summary>Those where the bytes go through a socket unchanged.</summary>
    public static Ground[] Sockets { get; } = [Ground.Tcp, Ground.Unix, Ground.TcpOnLoop, Ground.UnixOnLoop];

    public static bool IsUnix(this Ground ground) => ground is Ground.Unix or Ground.UnixOnLoop;

    public static async Task<(Connection Client, Connection Server)> CreateAsync(Ground ground, ConnectionOptions? options = null)
    {
        options ??= ConnectionOptions.Default;
        if (ground == Ground.Pair)
            return Connection.CreatePair(options);
        if (ground is Ground.Tls or Ground.TlsOnLoop)
            return await TlsPairs.CreateAsync(await CreateAsync(ground == Ground.Tls ? Ground.Tcp : Ground.TcpOnLoop, options));
        var (client, server) = await SocketsAsync(ground);
        return (Over(client, ground, options), Over(server, ground, options));
    }

    /// <summary>A connection and the bare socket at its other end, for peers that misbehave.</summary>
    public static async Task<(Connection Connection, Socket Peer)> CreateWithBarePeerAsync(
        Ground ground, ConnectionOptions? options = null)
    {
        var (client, server) = await SocketsAsync(ground);
        return (Over(client, ground, options ?? ConnectionOptions.Default), server);
    }

    private static Connection Over(Socket socket, Ground ground, ConnectionOptions options)
    {
        var transport = ground.IsUnix() ? Transport.Unix : Transport.Tcp;
        var engine = ground is Ground.TcpOnLoop or Ground.UnixOnLoop ? SocketEngine.ReadinessLoop : SocketEngines.Default;
        return Connection.FromSocket(socket, transport, null, options, ReadinessLoops.ForAccepting(engine));
    }

    /// <summary>Two connected sockets of nobody's.</summary>
    public static async Task<(Socket Client, Socket Server)> SocketsAsync(Ground ground)
    {
        var unix = ground.IsUnix();
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
