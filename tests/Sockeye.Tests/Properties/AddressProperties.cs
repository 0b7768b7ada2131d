using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Sockeye.Tests.Properties;

public class AddressProperties
{
    [Fact]
    public void What_is_shown_reads_as_the_same_address() =>
        Prop.ForAll(Addresses.ToArbitrary(), address =>
        {
            var read = Address.Parse(address.ToString());
            return read.Equals(address) && read.GetHashCode() == address.GetHashCode() && read.ToString() == address.ToString();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_an_address_or_a_NetException() =>
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var read = Read(() => Address.Parse(text));
            var isTried = Address.TryParse(text, out var tried);
            return isTried == (read is not null) && Equals(read, tried);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_to_listen_at_is_an_address_or_a_NetException() =>
        Prop.ForAll(Texts.ToArbitrary(), text => Read(() => Address.ParseListening(text)) is null or { IsUnix: true } or { IP: not null } or { Host: "localhost" })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Errors_never_carry_characters_that_steer_a_terminal() =>
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            try
            {
                Address.Parse(text);
                return true;
            }
            catch (NetException e)
            {
                return !e.Message.Any(char.IsControl);
            }
        }).QuickCheckThrowOnFailure();

    private static Address? Read(Func<Address> parse)
    {
        try
        {
            return parse();
        }
        catch (NetException)
        {
            return null;
        }
    }

    /// <summary>Text made of the pieces that addresses are made of, beside text of any kind.</summary>
    private static Gen<string> Texts
    {
        get
        {
            var pieces = Gen.Elements(
                "http", "[", "]", ":", "::", "/", "//", ".", "%", "@", "*", "-", "0", "1", "80", "255", "256", "65536", "0x", "a", "ffff", "localhost",
                "tcp", "udp", "unix", "unixgram", "tls", "ipx", "example.test", "127.0.0.1", "%lo", " ", "\u001b", "\0", "ü", "。", "\ud800", "+");
            return Gen.OneOf(
                ArbMap.Default.GeneratorFor<string>().Where(text => text is not null),
                pieces.ListOf().Select(string.Concat));
        }
    }

    private static Gen<Address> Addresses
    {
        get
        {
            var hosts = Gen.Elements(
                "localhost", "Example.Test", "unix", "unixgram", "tcp", "a_b", "bücher.example", "*", "127.0.0.1", "0.0.0.0", "::", "::1",
                "2001:DB8::1", "1:2:3:4:5:6:7:8", "fe80::1%1", "::ffff:10.0.0.1", "host.", "xn--bcher-kva.example", "1.example");
            var ports = Gen.Choose(0, 65535);
            var letters = Gen.Elements("abc/.:@[]% -_é☃".ToCharArray());
            var paths = letters.NonEmptyListOf().Select(string.Concat).Where(path => path is not "@" && path.Length < 40);
            return Gen.OneOf(
                hosts.Zip(ports, Address.Tcp),
                hosts.Zip(Gen.Elements("http", "HTTPS", "www"), (host, service) => Address.Tcp(host, service)),
                hosts.Zip(ports, Address.Udp),
                hosts.Zip(ports, Address.Tls),
                paths.Select(Address.Unix),
                paths.Select(Address.UnixDatagram));
        }
    }
}
