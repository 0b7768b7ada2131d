using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The page on TLS has every reason not to believe a certificate, and every kind of error of a handshake.</summary>
public class TlsPageTests
{
    private static readonly Page Tls = Page.Named("docs/tls.md");

    [Fact]
    public void Every_problem_of_a_certificate_is_on_the_page() => Assert.Equal(
        Enum.GetNames<CertificateProblemKind>().Select(name => $"`{name}`"),
        PageTable.Under(Tls, "## Whom a client believes").Select(cells => cells[0]));

    [Fact]
    public void Every_protocol_that_goes_over_to_TLS_is_on_the_page() => Assert.Equal(
        Enum.GetNames<StartTlsProtocol>().Select(name => $"`{name}`"),
        PageTable.Under(Tls, "## From the middle on").Select(cells => cells[0]));

    [Fact]
    public void The_kinds_of_errors_on_the_page_are_kinds_of_errors() => Assert.All(
        PageTable.Under(Tls, "## What else goes wrong").Select(cells => cells[0].Trim('`')),
        name => Assert.True(Enum.TryParse<NetErrorKind>(name, out _), name));
}
