using System.Reflection;
using System.Xml.Linq;
using Sockeye.Measuring;
using Sockeye.Protocols;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Sockeye.Tls;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>Everything public is explained, every option says its default, and the examples compile.</summary>
public class DocumentationTests
{
    private static readonly Assembly Library = typeof(Address).Assembly;
    private static readonly XmlDocumentation Documentation = XmlDocumentation.Of(Library);

    /// <summary>The types that a newcomer meets first.</summary>
    private static readonly Type[] MainTypes =
    [
        typeof(Address), typeof(ServiceRegistry), typeof(Resolver), typeof(Connection), typeof(Lines), typeof(Listener),
        typeof(Server), typeof(DatagramSocket), typeof(DatagramServer), typeof(Session), typeof(Http), typeof(TlsClient), typeof(TlsServer), typeof(TlsCertificate),
        typeof(LoadGenerator), typeof(Histogram),
    ];

    [Fact]
    public void Every_public_type_and_member_is_explained() => Findings.AssertNone(
        Everything().Where(member => !IsExplained(member)).Select(NameOf));

    [Fact]
    public void Every_option_says_its_default() => Findings.AssertNone(
        Library.GetExportedTypes()
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) || type.Name.EndsWith("Limits", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(option => Documentation[option]?.Value.Contains("Defaults to", StringComparison.Ordinal) != true)
            .Select(NameOf));

    [Fact]
    public void The_main_types_are_shown_at_work() => Findings.AssertNone(
        MainTypes.Where(type => Documentation[type]?.Element("example")?.Element("code") is null).Select(NameOf));

    [Fact(Timeout = 120_000)]
    public async Task The_examples_compile()
    {
        var examples = Everything()
            .SelectMany(member => (Documentation[member]?.Descendants("example") ?? []).Descendants("code").Select(code => new Snippet($"example of {NameOf(member)}", 1, code.Value)))
            .ToList();
        Assert.NotEmpty(examples);
        Findings.AssertNone(await Snippets.ErrorsInAsync(examples));
    }

    private static IEnumerable<MemberInfo> Everything() =>
        Library.GetExportedTypes().SelectMany(type => PublicMembers.Of(type).Prepend(type));

    /// <summary>What overrides may be explained by what it overrides. A constructor without parameters says nothing new.</summary>
    private static bool IsExplained(MemberInfo member)
    {
        if (member is ConstructorInfo constructor && constructor.GetParameters().Length == 0)
            return true;
        if (Documentation[member] is not { } documentation)
            return false;
        return documentation.Element("inheritdoc") is not null || documentation.Element("summary")?.Value.Trim().Length > 0;
    }

    private static string NameOf(MemberInfo member) =>
        member is Type type ? type.FullName! : $"{member.DeclaringType!.FullName}: {CSharpText.Of(member)}";
}
