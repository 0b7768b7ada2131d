using System.Net.Sockets;
using Sockeye.Platform;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests;

/// <summary>Listening at Unix paths and abstract names: what happens to the file.</summary>
public sealed class UnixListenerTests : IDisposable
{
    private const int HangGuard = 30_000;
    private readonly string _directory = Directory.CreateTempSubdirectory("sockeye-").FullName;
    private static readonly ListenOptions Replacing = new() { ReplaceStalePath = true };

    private string PathOf(string name) => Path.Combine(_directory, name);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact(Timeout = HangGuard)]
    public async Task A_caller_is_accepted_and_the_file_goes_with_the_listener()
    {
        var address = Address.Unix(PathOf("a"));
        var listener = Listener.Listen(address);
        Assert.Equal(address, Assert.Single(listener.LocalAddresses));
        Assert.True(File.Exists(address.Path));
        using var caller = Connect(address.Path!);
        var peer = await listener.AcceptAsync();
        Assert.Equal(address, peer.LocalAddress);
        Assert.Equal("", peer.RemoteAddress.Path);
        caller.Send("x"u8);
        Assert.Equal('x', peer.ReadByte());
        await listener.DisposeAsync();
        Assert.False(File.Exists(address.Path));
        peer.Abort();
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact(Timeout = HangGuard)]
    public async Task An_error_with_a_caller_who_has_no_name_says_which_socket_it_was()
    {
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var address = Address.Unix(PathOf("a"));
        await using var listener = Listener.Listen(address);
        using (Connect(address.Path!))
        {
            // It leaves again.
        }
        await using var peer = await listener.AcceptAsync();
        var error = await Assert.ThrowsAsync<NetException>(async () => await peer.WriteAsync("x"u8.ToArray()));
        Assert.Equal(NetErrorKind.ClosedForWriting, error.Kind);
        Assert.StartsWith($"write {address}: ", error.Message);
    }

    [Fact(Timeout = HangGuard)]
    public async Task The_file_is_left_alone_if_it_is_another_one_by_now()
    {
        var address = Address.Unix(PathOf("a"));
        var first = Listener.Listen(address);
        File.Delete(address.Path!);
        await using var second = Listener.Listen(address);
        await first.DisposeAsync();
        Assert.True(File.Exists(address.Path));
        using var caller = Connect(address.Path!);
        var peer = await second.AcceptAsync();
        peer.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_path_where_somebody_listens_is_never_replaced_and_he_notices_nothing()
    {
        var address = Address.Unix(PathOf("a"));
        await using var listener = Listener.Listen(address);
        var error = Assert.Throws<NetException>(() => Listener.Listen(address, Replacing));
        Assert.Equal((NetErrorKind.AddressInUse, NetOperation.Listen), (error.Kind, error.Operation));
        Assert.Equal($"listen unix:{address.Path}: another program has this path", error.Message);
        using var caller = Connect(address.Path!);
        caller.Send("x"u8);
        var peer = await listener.AcceptAsync();
        Assert.Equal('x', peer.ReadByte()); // not the end of somebody's probe
        peer.Abort();
    }

    [Fact(Timeout = HangGuard)]
    public async Task A_stale_path_is_replaced_only_when_asked()
    {
        var address = Address.Unix(LeaveStale("a"));
        var error = Assert.Throws<NetException>(() => Listener.Listen(address));
        Assert.Equal(NetErrorKind.AddressInUse, error.Kind);
        Assert.Contains("a program that has ended left its socket there", error.Message);
        Assert.True(File.Exists(address.Path));
        await using var listener = Listener.Listen(address, Replacing);
        using var caller = Connect(address.Path!);
        var peer = await listener.AcceptAsync();
        peer.Abort();
    }

    [Fact]
    public void A_bound_datagram_socket_is_no_stale_path()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(PathOf("a")));
        Assert.Equal(UnixPathState.InUse, UnixSocketFile.StateOf(PathOf("a")));
        Assert.Throws<NetException>(() => Listener.Listen(Address.Unix(PathOf("a")), Replacing));
        Assert.True(File.Exists(PathOf("a")));
    }

    [Fact]
    public void A_file_that_is_no_socket_is_never_replaced()
    {
        File.WriteAllText(PathOf("text"), "precious");
        Directory.CreateDirectory(PathOf("directory"));
        LeaveStale("stale");
        File.CreateSymbolicLink(PathOf("link"), PathOf("stale"));
        foreach (var name in new[] { "text", "directory", "link" })
        {
            var error = Assert.Throws<NetException>(() => Listener.Listen(Address.Unix(PathOf(name)), Replacing));
            Assert.Equal(NetErrorKind.AddressInUse, error.Kind);
            Assert.EndsWith("a file that is no socket is there", error.Message);
        }
        Assert.Equal("precious", File.ReadAllText(PathOf("text")));
        Assert.Equal(PathOf("stale"), new FileInfo(PathOf("link")).LinkTarget);
    }

    [Fact]
    public void A_missing_directory_is_not_found()
    {
        var error = Assert.Throws<NetException>(() => Listener.Listen(Address.Unix(PathOf("no/a"))));
        Assert.Equal((NetErrorKind.NotFound, NetOperation.Listen), (error.Kind, error.Operation));
        Assert.Equal($"listen unix:{PathOf("no/a")}: there is no such directory", error.Message);
    }

    [Fact]
    public void A_shared_Unix_path_is_unsupported() => Assert.Equal(
        NetErrorKind.Unsupported,
        Assert.Throws<NetException>(() => Listener.Listen(Address.Unix(PathOf("a")), new() { ReusePort = true })).Kind);

    [Fact(Timeout = HangGuard)]
    public async Task An_abstract_name_needs_no_file_and_belongs_to_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "abstract names exist on Linux only");
        using var nobodyStarts = await ProcessStarts.HoldUpAsync();
        var address = Address.Unix($"@sockeye-{Guid.NewGuid()}");
        await using (var listener = Listener.Listen(address))
        {
            Assert.Equal(address, listener.LocalAddress);
            var error = Assert.Throws<NetException>(() => Listener.Listen(address, Replacing));
            Assert.Equal($"listen {address}: another program has this name", error.Message);
            using var caller = Connect("\0" + address.Path![1..]);
            var peer = await listener.AcceptAsync();
            Assert.Equal(address, peer.LocalAddress);
            peer.Abort();
        }
        await using var again = Listener.Listen(address);
    }

    private string LeaveStale(string name)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixBindEndPoint(PathOf(name)));
        return PathOf(name);
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }
}
