using System.Reflection;
using System.Text;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>
/// The public API is what <c>PublicApi.approved.txt</c> says, so that no change of it goes unseen in a review.
/// </summary>
public class PublicApiTests
{
    [Fact]
    public void The_public_API_is_the_approved_one()
    {
        var approved = Path.Combine(Repository.Root, "tests", "Sockeye.Tests", "Contracts", "PublicApi.approved.txt");
        var received = approved.Replace(".approved.", ".received.", StringComparison.Ordinal);
        var now = Describe(typeof(Address).Assembly);
        var then = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (now == then)
        {
            File.Delete(received);
            return;
        }
        File.WriteAllText(received, now);
        Assert.Fail($"""
            The public API has changed:
            {Differences(then, now)}
            If that is meant:  mv {Path.GetRelativePath(Repository.Root, received)} {Path.GetRelativePath(Repository.Root, approved)}
            """);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var types in assembly.GetExportedTypes().GroupBy(type => type.Namespace!).OrderBy(types => types.Key, StringComparer.Ordinal))
        {
            text.Append("namespace ").Append(types.Key).Append('\n');
            foreach (var type in types.OrderBy(type => type.FullName, StringComparer.Ordinal))
            {
                text.Append('\n').Append(CSharpText.OfDeclaration(type)).Append('\n');
                foreach (var line in InOrder(PublicMembers.Of(type)).Select(CSharpText.Of))
                    text.Append("    ").Append(line).Append('\n');
            }
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>An enum's by value, others by name; what makes one (<c>.ctor</c>) comes first.</summary>
    private static IEnumerable<MemberInfo> InOrder(IEnumerable<MemberInfo> members) => members
        .OrderBy(member => member is FieldInfo { DeclaringType.IsEnum: true } field ? Convert.ToInt32(field.GetRawConstantValue()) : 0)
        .ThenBy(member => member.Name, StringComparer.Ordinal)
        .ThenBy(CSharpText.Of, StringComparer.Ordinal);

    private static string Differences(string then, string now)
    {
        var before = WithTypes(then).ToList();
        var after = WithTypes(now).ToList();
        return string.Join('\n', [.. before.Except(after).Select(line => $"  - {line}"), .. after.Except(before).Select(line => $"  + {line}")]);
    }

    /// <summary>Each member's line after its type's, so that it can be read on its own.</summary>
    private static IEnumerable<string> WithTypes(string text)
    {
        var type = "";
        foreach (var line in text.Split('\n'))
        {
            type = line.StartsWith(' ') ? type : line.Split(" : ")[0];
            yield return line.StartsWith(' ') ? $"{type}: {line.Trim()}" : line;
        }
    }
}
