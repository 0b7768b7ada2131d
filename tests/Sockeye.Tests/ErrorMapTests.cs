using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Sockeye.Tests;

public sealed class ErrorMapTests : IDisposable
{
    private static readonly Address Tcp = Address.Tcp("example.test", 80);
    private static readonly Address Udp = Address.Udp("example.test", 80);
    private static readonly Address Unix = Address.Unix("/run/app.sock");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sockeye-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(SocketError.ConnectionRefused, NetOperation.Connect, NetErrorKind.Refused)]
    [InlineData(SocketError.NetworkUnreachable, NetOperation.Connect, NetErrorKind.Unreachable)]
    [InlineData(SocketError.HostUnreachable, NetOperation.Connect, NetErrorKind.Unreachable)]
    [InlineData(SocketError.HostDown, NetOperation.Connect, NetErrorKind.Unreachable)]
    [InlineData(SocketError.NetworkDown, NetOperation.Connect, NetErrorKind.Unreachable)]
    [InlineData(SocketError.TimedOut, NetOperation.Connect, NetErrorKind.TimedOut)]
    [InlineData(SocketError.TimedOut, NetOperation.Read, NetErrorKind.TimedOut)]
    [InlineData(SocketError.HostNotFound, NetOperation.Resolve, NetErrorKind.NameNotFound)]
    [InlineData(SocketError.NoData, NetOperation.Resolve, NetErrorKind.NameNotFound)]
    [InlineData(SocketError.TryAgain, NetOperation.Resolve, NetErrorKind.NameServerFailed)]
    [InlineData(SocketError.NoRecovery, NetOperation.Resolve, NetErrorKind.NameServerFailed)]
    [InlineData(SocketError.AddressAlreadyInUse, NetOperation.Listen, NetErrorKind.AddressInUse)]
    [InlineData(SocketError.AddressNotAvailable, NetOperation.Listen, NetErrorKind.AddressUnavailable)]
    [InlineData(SocketError.AddressNotAvailable, NetOperation.Connect, NetErrorKind.ResourceExhausted)]
    [InlineData(SocketError.AccessDenied, NetOperation.Listen, NetErrorKind.AccessDenied)]
    [InlineData(SocketError.TooManyOpenSockets, NetOperation.Accept, NetErrorKind.ResourceExhausted)]
    [InlineData(SocketError.NoBufferSpaceAvailable, NetOperation.Write, NetErrorKind.ResourceExhausted)]
    [InlineData(SocketError.AddressFamilyNotSupported, NetOperation.Connect, NetErrorKind.Unsupported)]
    [InlineData(SocketError.OperationNotSupported, NetOperation.Connect, NetErrorKind.Unsupported)]
    [InlineData(SocketError.InvalidArgument, NetOperation.Connect, NetErrorKind.InvalidAddress)]
    [InlineData(SocketError.InvalidArgument, NetOperation.Read, NetErrorKind.Unexpected)]
    [InlineData(SocketError.ConnectionReset, NetOperation.Read, NetErrorKind.Reset)]
    [InlineData(SocketError.ConnectionAborted, NetOperation.Write, NetErrorKind.Reset)]
    [InlineData(SocketError.Shutdown, NetOperation.Write, NetErrorKind.ClosedForWriting)]
    [InlineData(SocketError.NotConnected, NetOperation.Close, NetErrorKind.ClosedForWriting)]
    [InlineData(SocketError.NotConnected, NetOperation.Read, NetErrorKind.Reset)]
    [InlineData(SocketError.MessageSize, NetOperation.Write, NetErrorKind.MessageTooLarge)]
    [InlineData(SocketError.SocketError, NetOperation.Read, NetErrorKind.Unexpected)]
    public void Each_code_of_the_system_has_its_kind(SocketError code, NetOperation operation, NetErrorKind kind)
    {
        var error = ErrorMap.From(code, operation, Tcp);
        Assert.Equal((kind, operation, Tcp), (error.Kind, error.Operation, error.Address));
        Assert.Equal(code, Assert.IsType<SocketException>(error.InnerException).SocketErrorCode);
    }

    [Fact]
    public void An_address_that_is_not_ours_is_told_from_ports_used_up()
    {
        var source = Address.Tcp("203.0.113.1", 0);
        var error = ErrorMap.From(SocketError.AddressNotAvailable, NetOperation.Connect, Tcp, source);
        Assert.Equal((NetErrorKind.AddressUnavailable, "the source 203.0.113.1 is not an address of this machine"), (error.Kind, error.Reason));
        Assert.Equal(NetErrorKind.ResourceExhausted, ErrorMap.From(SocketError.AddressNotAvailable, NetOperation.Connect, Tcp).Kind);
    }

    [Fact]
    public void Both_ends_are_kept()
    {
        var (local, remote) = (Address.Tcp("127.0.0.1", 1), Address.Tcp("127.0.0.1", 2));
        var error = ErrorMap.From(SocketError.ConnectionReset, NetOperation.Read, Tcp, local, remote);
        Assert.Equal((local, remote), (error.LocalAddress, error.RemoteAddress));
        Assert.Equal("read tcp example.test:80: reset by the peer", error.Message);
    }

    [Fact]
    public void Reasons_are_plain_and_end_without_a_full_stop()
    {
        foreach (var code in Enum.GetValues<SocketError>())
        {
            foreach (var address in new[] { Tcp, Udp, Unix })
            {
                var reason = ErrorMap.From(code, NetOperation.Connect, address).Reason;
                Assert.Matches(@"^[a-z].*[^.]$", reason);
            }
        }
    }

    [Fact]
    public void A_socket_error_inside_an_IOException_is_found()
    {
        var wrapped = new IOException("wrapped", new SocketException((int)SocketError.ConnectionReset));
        Assert.True(ErrorMap.Covers(wrapped));
        Assert.Equal(NetErrorKind.Reset, ErrorMap.From(wrapped, NetOperation.Read).Kind);
    }

    [Fact]
    public void What_is_mapped_already_passes_through()
    {
        var mapped = ErrorMap.From(SocketError.ConnectionReset, NetOperation.Read);
        Assert.Same(mapped, ErrorMap.From(mapped, NetOperation.Write));
        Assert.Same(mapped, ErrorMap.From(new IOException("wrapped", mapped), NetOperation.Write));
    }

    [Fact]
    public void An_end_of_stream_exception_is_an_early_end() =>
        Assert.Equal(NetErrorKind.ClosedEarly, ErrorMap.From(new EndOfStreamException(), NetOperation.Read).Kind);

    [Fact]
    public void Cancellation_and_disposal_are_left_to_the_caller()
    {
        Assert.False(ErrorMap.Covers(new OperationCanceledException()));
        Assert.False(ErrorMap.Covers(new ObjectDisposedException("socket")));
        Assert.True(ErrorMap.MeansDisposed(new ObjectDisposedException("socket")));
        Assert.False(ErrorMap.MeansDisposed(new SocketException((int)SocketError.ConnectionReset)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pending_receive_that_disposal_ends_is_known_as_such()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var pending = socket.ReceiveAsync(new byte[1], SocketFlags.None);
        socket.Dispose();
        var error = await Assert.ThrowsAnyAsync<Exception>(() => pending);
        Assert.True(ErrorMap.MeansDisposed(error));
    }

    [Theory]
    [InlineData(32, NetErrorKind.ClosedForWriting)]      // EPIPE
    [InlineData(28, NetErrorKind.ResourceExhausted)]     // ENOSPC
    [InlineData(12, NetErrorKind.ResourceExhausted)]     // ENOMEM
    [InlineData(24, NetErrorKind.ResourceExhausted)]     // EMFILE
    [InlineData(13, NetErrorKind.AccessDenied)]          // EACCES
    [InlineData(30, NetErrorKind.AccessDenied)]          // EROFS
    [InlineData(2, NetErrorKind.NotFound)]               // ENOENT
    [InlineData(104, NetErrorKind.Reset)]                // ECONNRESET
    [InlineData(110, NetErrorKind.TimedOut)]             // ETIMEDOUT
    [InlineData(113, NetErrorKind.Unreachable)]          // EHOSTUNREACH
    [InlineData(95, NetErrorKind.Unsupported)]           // EOPNOTSUPP
    [InlineData(5, NetErrorKind.Unexpected)]             // EIO
    public void Each_number_of_Linux_has_its_kind(int errno, NetErrorKind kind) =>
        Assert.Equal(kind, Errno.Classify(errno).Kind);

    [Fact]
    public void The_number_of_a_file_error_is_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/dev/full"), "needs /dev/full");
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var error = Assert.ThrowsAny<IOException>(() => full.WriteByte(1));
        Assert.Equal(NetErrorKind.ResourceExhausted, ErrorMap.From(error, NetOperation.Write).Kind);
    }

    [Fact]
    public void A_missing_path_is_not_found() =>
        Assert.Equal(NetErrorKind.NotFound, ConnectUnix(PathOf("missing")).Kind);

    [Fact]
    public void A_path_through_a_file_is_not_found()
    {
        File.WriteAllText(PathOf("file"), "");
        Assert.Equal(NetErrorKind.NotFound, ConnectUnix(PathOf("file/socket")).Kind);
        Assert.Equal(NetErrorKind.NotFound, BindUnix(PathOf("file/socket")).Kind);
        Assert.Equal(NetErrorKind.NotFound, BindUnix(PathOf("missing/socket")).Kind);
    }

    [Fact]
    public void A_path_where_nobody_listens_refuses()
    {
        using var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(PathOf("socket")));
        Assert.Equal(NetErrorKind.Refused, ConnectUnix(PathOf("socket")).Kind);
        Assert.Equal(NetErrorKind.AddressInUse, BindUnix(PathOf("socket")).Kind);
    }

    [Fact]
    public void A_socket_of_another_type_is_unsupported()
    {
        using var bound = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(PathOf("socket")));
        var error = ConnectUnix(PathOf("socket"));
        Assert.Equal((NetErrorKind.Unsupported, "a socket of another type is there"), (error.Kind, error.Reason));
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    private static NetException ConnectUnix(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var error = Assert.Throws<SocketException>(() => socket.Connect(new UnixDomainSocketEndPoint(path)));
        return ErrorMap.From(error, NetOperation.Connect, Address.Unix(path));
    }

    private static NetException BindUnix(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var error = Assert.Throws<SocketException>(() => socket.Bind(new UnixDomainSocketEndPoint(path)));
        return ErrorMap.From(error, NetOperation.Listen, Address.Unix(path));
    }
}
