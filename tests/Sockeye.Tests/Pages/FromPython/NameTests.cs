using System.Net;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Pages.FromPython;

/// <summary>What docs/from-python.md says of host names and of service names.</summary>
public class NameTests
{
    [Fact]
    public async Task Python_lists_each_address_three_times()
    {
        Assert.Equal("3 1", await Python.RunAsync(
            "print(len(socket.getaddrinfo('127.0.0.1', 80)), len(socket.getaddrinfo('127.0.0.1', 80, type=socket.SOCK_STREAM)))"));
        Assert.Single(await Resolver.System.ResolveAsync("127.0.0.1"));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_address_without_a_name_is_an_error_in_one_call_of_Python_and_a_number_in_the_other()
    {
        Assert.Equal("herror 192.0.2.1", await Python.RunAsync(
            """
            import os
            os.environ['RES_OPTIONS'] = 'timeout:1 attempts:1'
            print(outcome(lambda: socket.gethostbyaddr('192.0.2.1')), socket.getnameinfo(('192.0.2.1', 80), 0)[0])
            """));
        var nameless = new Resolver(
            (_, _, _) => Task.FromResult<IPAddress[]>([]),
            (_, _) => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound));
        var error = await Assert.ThrowsAsync<NetException>(() => nameless.NameOfAsync(IPAddress.Parse("192.0.2.1")));
        Assert.Equal(NetErrorKind.NoNameForAddress, error.Kind);
    }

    [Fact]
    public async Task A_label_that_is_too_long_is_a_fault_of_encoding_to_Python()
    {
        Assert.Equal("UnicodeError gaierror", await Python.RunAsync(
            "print(outcome(lambda: socket.getaddrinfo('a' * 70, 80)), outcome(lambda: socket.getaddrinfo('a b', 80)))"));
        foreach (var host in (string[])[new string('a', 70), "a b"])
            Assert.Equal(NetErrorKind.InvalidAddress, Assert.Throws<NetException>(() => Address.Tcp(host, 80)).Kind);
    }

    [Fact]
    public async Task Python_knows_services_as_the_system_s_file_spells_them()
    {
        Assert.SkipUnless(File.Exists(Services), $"needs {Services}");
        Assert.Equal("80 OSError OSError service/proto not found", await Python.RunAsync(
            """
            try:
                socket.getservbyname('telent')
            except OSError as error:
                print(socket.getservbyname('http', 'tcp'), outcome(lambda: socket.getservbyname('HTTP')),
                    outcome(lambda: socket.getservbyname('http', 'udp')), error)
            """));
        var services = ServiceRegistry.Default;
        Assert.Equal(80, services.PortOf("HTTP"));
        Assert.Contains("did you mean telnet?", Assert.Throws<NetException>(() => services.PortOf("telent")).Message);
    }

    [Fact]
    public async Task Python_knows_no_service_that_the_file_does_not_name()
    {
        Assert.SkipUnless(File.Exists(Services), $"needs {Services}");
        Assert.SkipWhen(File.ReadAllText(Services).Contains("mqtt", StringComparison.Ordinal), "this system's file knows mqtt");
        Assert.Equal("OSError", await Python.RunAsync("print(outcome(lambda: socket.getservbyname('mqtt')))"));
        Assert.Equal(1883, ServiceRegistry.Default.PortOf("mqtt"));
    }

    [Fact]
    public async Task A_port_has_a_name_for_each_transport()
    {
        Assert.SkipUnless(File.Exists(Services), $"needs {Services}");
        Assert.Equal("syslog", await Python.RunAsync("print(socket.getservbyport(514, 'udp'))"));
        Assert.Equal("syslog", ServiceRegistry.Default.NameOf(514, Transport.Udp));
        Assert.Contains("known for tcp", Assert.Throws<NetException>(() => ServiceRegistry.BuiltIn.PortOf("shell", Transport.Udp)).Message);
    }

    private const string Services = "/etc/services";
}
