using Xunit;

namespace Sockeye.Tests;

public class ServiceRegistryTests
{
    [Theory]
    [InlineData("tcpmux", 1)]
    [InlineData("echo", 7)]
    [InlineData("discard", 9)]
    [InlineData("sink", 9)]
    [InlineData("null", 9)]
    [InlineData("systat", 11)]
    [InlineData("users", 11)]
    [InlineData("daytime", 13)]
    [InlineData("netstat", 15)]
    [InlineData("qotd", 17)]
    [InlineData("quote", 17)]
    [InlineData("chargen", 19)]
    [InlineData("ttytst", 19)]
    [InlineData("source", 19)]
    [InlineData("ftp-data", 20)]
    [InlineData("ftp", 21)]
    [InlineData("ssh", 22)]
    [InlineData("telnet", 23)]
    [InlineData("smtp", 25)]
    [InlineData("mail", 25)]
    [InlineData("time", 37)]
    [InlineData("timserver", 37)]
    [InlineData("nameserver", 42)]
    [InlineData("name", 42)]
    [InlineData("nicname", 43)]
    [InlineData("whois", 43)]
    [InlineData("domain", 53)]
    [InlineData("tftp", 69)]
    [InlineData("gopher", 70)]
    [InlineData("finger", 79)]
    [InlineData("http", 80)]
    [InlineData("www", 80)]
    [InlineData("www-http", 80)]
    [InlineData("kerberos", 88)]
    [InlineData("krb5", 88)]
    [InlineData("hostnames", 101)]
    [InlineData("pop2", 109)]
    [InlineData("pop3", 110)]
    [InlineData("pop-3", 110)]
    [InlineData("sunrpc", 111)]
    [InlineData("portmapper", 111)]
    [InlineData("auth", 113)]
    [InlineData("ident", 113)]
    [InlineData("nntp", 119)]
    [InlineData("readnews", 119)]
    [InlineData("ntp", 123)]
    [InlineData("imap", 143)]
    [InlineData("imap2", 143)]
    [InlineData("snmp-trap", 162)]
    [InlineData("wais", 210)]
    [InlineData("https", 443)]
    [InlineData("submissions", 465)]
    [InlineData("smtps", 465)]
    [InlineData("urd", 465)]
    [InlineData("exec", 512)]
    [InlineData("login", 513)]
    [InlineData("shell", 514)]
    [InlineData("syslog", 514)]
    [InlineData("spooler", 515)]
    [InlineData("nntps", 563)]
    [InlineData("snntp", 563)]
    [InlineData("submission", 587)]
    [InlineData("ipp", 631)]
    [InlineData("domain-s", 853)]
    [InlineData("imaps", 993)]
    [InlineData("pop3s", 995)]
    [InlineData("nfs", 2049)]
    [InlineData("mysql", 3306)]
    [InlineData("stun", 3478)]
    [InlineData("svn", 3690)]
    [InlineData("ntske", 4460)]
    [InlineData("postgres", 5432)]
    [InlineData("x11", 6000)]
    [InlineData("redis", 6379)]
    [InlineData("ircd", 6667)]
    [InlineData("webcache", 8080)]
    [InlineData("git", 9418)]
    public void Names_and_classic_aliases_are_built_in(string name, int port) =>
        Assert.Equal(port, ServiceRegistry.BuiltIn.PortOf(name));

    [Theory]
    [InlineData(9, null, "discard")]
    [InlineData(42, null, "nameserver")]
    [InlineData(80, null, "http")]
    [InlineData(113, null, "auth")]
    [InlineData(512, Transport.Tcp, "exec")]
    [InlineData(512, Transport.Udp, "biff")]
    [InlineData(513, Transport.Udp, "who")]
    [InlineData(514, null, "shell")]
    [InlineData(514, Transport.Tcp, "shell")]
    [InlineData(514, Transport.Udp, "syslog")]
    [InlineData(520, Transport.Udp, "router")]
    [InlineData(631, Transport.Tcp, "ipp")]
    [InlineData(631, Transport.Udp, "ipp")]
    [InlineData(66, null, "sql-net")]
    [InlineData(6000, null, "x11")]
    [InlineData(6063, Transport.Udp, "x11")]
    public void Ports_have_their_canonical_name(int port, Transport? transport, string name) =>
        Assert.Equal(name, ServiceRegistry.BuiltIn.Find(port, transport)!.Name);

    [Theory]
    [InlineData("HTTP")]
    [InlineData("Http")]
    [InlineData("WWW")]
    public void Names_are_found_in_any_case(string name) =>
        Assert.Equal("http", ServiceRegistry.BuiltIn.Find(name, Transport.Udp)!.Name);

    [Fact]
    public void An_entry_says_its_aliases_and_what_it_is()
    {
        var entry = ServiceRegistry.BuiltIn.Find("www")!;
        Assert.Equal(new ServiceEntry("http", 80, "tcp", ["www", "www-http"], "World Wide Web"), entry);
        Assert.Equal("http 80/tcp www www-http # World Wide Web", entry.ToString());
    }

    [Fact]
    public void A_port_within_a_range_is_named_as_itself() =>
        Assert.Equal(new ServiceEntry("x11", 6005, "tcp", [], "X Window System"), ServiceRegistry.BuiltIn.Find(6005));

    [Theory]
    [InlineData(4)]
    [InlineData(51444)]
    [InlineData(65535)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_port_without_a_name_has_no_entry(int port)
    {
        Assert.Null(ServiceRegistry.BuiltIn.Find(port));
        Assert.Empty(ServiceRegistry.BuiltIn.FindAll(port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("0")]
    [InlineData("0x50")]
    [InlineData(" http")]
    [InlineData("http ")]
    [InlineData("http www")]
    [InlineData("http#World")]
    [InlineData("80tus http")]
    [InlineData("www\n81")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [InlineData("\u212Aerberos")]
    public void A_number_or_other_text_is_no_name(string text)
    {
        Assert.Null(ServiceRegistry.Default.Find(text));
        Assert.Empty(ServiceRegistry.Default.FindAll(text));
        Assert.Equal(NetErrorKind.UnknownService, Assert.Throws<NetException>(() => ServiceRegistry.Default.PortOf(text)).Kind);
    }

    [Fact]
    public void Without_a_transport_tcp_goes_before_udp_before_any_other()
    {
        var services = Reading("both 1001/udp\nboth 1002/tcp\nlate 1003/sctp\nlate 1004/udp\nrare 1005/dccp\nrare 1006/sctp\n");
        Assert.Equal(1002, services.PortOf("both"));
        Assert.Equal(1004, services.PortOf("late"));
        Assert.Equal(1006, services.PortOf("rare"));
        Assert.Equal(1001, services.PortOf("both", Transport.Udp));
    }

    [Fact]
    public void The_systems_file_answers_before_the_built_in_table()
    {
        var services = Reading("http 8000/tcp web\nmine 80/tcp\n");
        Assert.Equal(8000, services.PortOf("http"));
        Assert.Equal(8000, services.PortOf("web"));
        Assert.Equal(80, services.PortOf("http", Transport.Udp));
        Assert.Equal(80, services.PortOf("www"));
        Assert.Equal("mine", services.Find(80)!.Name);
        Assert.Equal(["mine", "http", "http", "http"], services.FindAll(80).Select(entry => entry.Name));
        Assert.Equal(80, ServiceRegistry.BuiltIn.PortOf("http"));
    }

    [Fact]
    public void A_registration_answers_first_and_the_latest_before_all()
    {
        var services = Reading("greeting 1000/tcp\n");
        var registered = services.With("greeting", 2000, Transport.Udp);
        var again = registered.With("Greeting", 3000, Transport.Udp, "hello");
        Assert.Equal(2000, registered.PortOf("greeting"));
        Assert.Equal(1000, registered.PortOf("greeting", Transport.Tcp));
        Assert.Equal(3000, again.PortOf("greeting"));
        Assert.Equal(3000, again.PortOf("HELLO"));
        Assert.Equal("Greeting", again.Find(3000)!.Name);
    }

    [Fact]
    public void Registering_leaves_the_registry_as_it_was()
    {
        _ = ServiceRegistry.BuiltIn.With("sockeye-test", 51444, Transport.Tcp);
        Assert.Null(ServiceRegistry.BuiltIn.Find("sockeye-test"));
        Assert.Null(ServiceRegistry.BuiltIn.Find(51444));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("8-0")]
    [InlineData("0x50")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a--b")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData("sixteen-letters-")]
    [InlineData("sixteen-letters1")]
    [InlineData("gr\u00fc\u00dfe")]
    public void Only_well_formed_names_can_be_registered(string name)
    {
        Assert.Throws<ArgumentException>(() => ServiceRegistry.BuiltIn.With(name, 1, Transport.Tcp));
        Assert.Throws<ArgumentException>(() => ServiceRegistry.BuiltIn.With("fine", 1, Transport.Tcp, name));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("3com")]
    [InlineData("a-1-b")]
    [InlineData("fifteen-letters")]
    public void Every_well_formed_name_can_be_registered(string name) =>
        Assert.Equal(65_535, ServiceRegistry.BuiltIn.With(name, 65_535, Transport.Tcp).PortOf(name));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_536)]
    public void Only_a_port_can_be_registered(int port) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ServiceRegistry.BuiltIn.With("fine", port, Transport.Tcp));

    [Fact]
    public void A_transport_without_ports_is_a_misuse()
    {
        Assert.Throws<ArgumentException>(() => ServiceRegistry.BuiltIn.With("fine", 1, Transport.Unix));
        Assert.Throws<ArgumentException>(() => ServiceRegistry.BuiltIn.PortOf("http", Transport.Unix));
        Assert.Throws<ArgumentException>(() => ServiceRegistry.BuiltIn.Find(80, Transport.UnixDatagram));
    }

    [Fact]
    public void All_protocols_of_a_name_or_port_are_found_each_once()
    {
        var services = Reading("ntp 123/udp\nimap2 143/tcp imap\n");
        Assert.Equal(["ntp 123/udp", "ntp 123/tcp"], services.FindAll("NTP").Select(entry => $"{entry.Name} {entry.Port}/{entry.Protocol}"));
        Assert.Equal(["imap2"], services.FindAll("imap").Select(entry => entry.Name));
        Assert.Equal(["shell tcp", "syslog udp"], services.FindAll(514).Select(entry => $"{entry.Name} {entry.Protocol}"));
    }

    [Fact]
    public void A_file_that_does_not_say_what_a_service_is_leaves_it_to_the_table()
    {
        var services = Reading("qotd 17/tcp quote\nmine 17/udp\nsmtp 25/tcp # my mail\n");
        Assert.Equal("Quote of the Day", services.Find("qotd")!.Description);
        Assert.Equal("Quote of the Day", services.FindAll(17).First().Description);
        Assert.Equal("", services.Find("mine")!.Description);
        Assert.Equal("my mail", services.Find("smtp")!.Description);
    }

    [Fact]
    public void A_search_looks_into_names_aliases_and_descriptions_and_goes_by_port()
    {
        var services = Reading("okapi 2601/tcp\nmine 9/udp # All about OKAPIS\nother 700/udp okapi-2\n");
        Assert.Equal(["mine", "other", "okapi"], services.Search("okapi").Select(entry => entry.Name));
        Assert.Contains(services.Search("world wide web"), entry => entry is { Name: "http", Protocol: "tcp" });
        Assert.Empty(services.Search("no such thing anywhere"));
    }

    [Theory]
    [InlineData("htpp", "http")]
    [InlineData("HTPP", "http")]
    [InlineData("htttp", "http")]
    [InlineData("htps", "https")]
    [InlineData("smpt", "smtp")]
    [InlineData("fpt", "ftp")]
    [InlineData("sssh", "ssh")]
    [InlineData("telent", "telnet")]
    [InlineData("domian", "domain")]
    [InlineData("daytmie", "daytime")]
    [InlineData("kerbreso", "kerberos")]
    [InlineData("postgers", "postgres")]
    public void A_misspelt_name_is_recognised(string typed, string meant)
    {
        Assert.Equal(meant, ServiceRegistry.BuiltIn.Suggest(typed));
        var error = Assert.Throws<NetException>(() => ServiceRegistry.BuiltIn.PortOf(typed));
        Assert.Equal(NetErrorKind.UnknownService, error.Kind);
        Assert.Equal(NetOperation.Parse, error.Operation);
        Assert.Equal($"no service named '{typed}' (did you mean {meant}?)", error.Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("no-such-service")]
    [InlineData("bogus")]
    [InlineData("greeting")]
    [InlineData("this-name-is-far-longer-than-any-service-name-ever-was")]
    public void A_name_like_no_other_gets_no_suggestion(string typed)
    {
        Assert.Null(ServiceRegistry.BuiltIn.Suggest(typed));
        Assert.Equal($"no service named '{typed}'", Assert.Throws<NetException>(() => ServiceRegistry.BuiltIn.PortOf(typed)).Reason);
    }

    [Fact]
    public void A_suggestion_prefers_what_this_system_lists_and_the_transport_asked_for()
    {
        var services = Reading("htap 7001/udp\n");
        Assert.Equal("htap", services.Suggest("htpp"));
        Assert.Equal("http", services.Suggest("htpp", Transport.Tcp));
    }

    [Theory]
    [InlineData("ntske", Transport.Udp, "ntske is known for tcp only")]
    [InlineData("syslog", Transport.Tcp, "syslog is known for udp only")]
    [InlineData("sip-sctp", Transport.Tcp, "sip-sctp is known for udp and sctp only")]
    public void A_name_known_for_another_transport_only_says_so(string name, Transport transport, string reason)
    {
        var services = new ServiceRegistry(
            ServicesFile.Parse("sip-sctp 5060/sctp\nsip-sctp 5060/udp\n"), ServiceTable.Instance);
        var error = Assert.Throws<NetException>(() => services.PortOf(name, transport));
        Assert.Equal(NetErrorKind.UnknownService, error.Kind);
        Assert.Equal(reason, error.Reason);
        Assert.Null(services.Find(name, transport));
    }

    [Theory]
    [InlineData(64_999, null, "no service is known on port 64999")]
    [InlineData(70_000, null, "no service is known on port 70000")]
    [InlineData(4460, Transport.Udp, "port 4460 is known for tcp only")]
    public void A_port_without_a_name_says_so(int port, Transport? transport, string reason)
    {
        var error = Assert.Throws<NetException>(() => ServiceRegistry.BuiltIn.NameOf(port, transport));
        Assert.Equal(NetErrorKind.UnknownService, error.Kind);
        Assert.Equal(reason, error.Reason);
    }

    [Fact]
    public void A_port_gives_its_canonical_name() => Assert.Equal("syslog", ServiceRegistry.BuiltIn.NameOf(514, Transport.Udp));

    [Fact]
    public void Hostile_text_cannot_steer_a_terminal_through_the_error()
    {
        var error = Assert.Throws<NetException>(() => ServiceRegistry.BuiltIn.PortOf("\e[2J\n"));
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    private static ServiceRegistry Reading(string servicesFile) => new(ServicesFile.Parse(servicesFile), ServiceTable.Instance);
}
