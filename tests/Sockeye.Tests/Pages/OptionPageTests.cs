using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace Sockeye.Tests.Pages;

/// <summary>The page on options has every option, with the default that a new instance has and the range that it keeps to.</summary>
public class OptionPageTests
{
    private static readonly Page Options = Page.Named("docs/options.md");

    public static TheoryData<Type> Types => [.. typeof(Address).Assembly.GetExportedTypes().Where(IsOptions)];

    [Fact]
    public void Every_type_of_options_has_its_table() => Assert.Equal(
        typeof(Address).Assembly.GetExportedTypes().Where(IsOptions).Select(HeadingOf).Order(StringComparer.Ordinal),
        PageTable.HeadingsOf(Options, "### ").Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Types))]
    public void Every_option_is_there_with_its_default(Type type) => Assert.Equal(
        OptionsOf(type).Select(option => $"`{option.Name}`: {DefaultOf(option)}"),
        Rows(type).Select(cells => $"{cells[0]}: {cells[1]}"));

    [Theory, MemberData(nameof(Types))]
    public void Every_range_is_what_the_option_takes(Type type) => Assert.All(
        OptionsOf(type).Zip(Rows(type)), pair => Assert.StartsWith(RangeOf(pair.First), pair.Second[2]));

    [Theory, MemberData(nameof(Types))]
    public void Every_option_says_why(Type type) => Assert.All(Rows(type), cells => Assert.NotEmpty(cells[3]));

    private static bool IsOptions(Type type) =>
        type.Name.EndsWith("Options", StringComparison.Ordinal) || type.Name.EndsWith("Limits", StringComparison.Ordinal);

    private static string HeadingOf(Type type) => $"### {type.Name}";

    private static IReadOnlyList<string[]> Rows(Type type) => PageTable.Under(Options, HeadingOf(type));

    private static IEnumerable<PropertyInfo> OptionsOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    private static string DefaultOf(PropertyInfo option) =>
        option.IsDefined(typeof(RequiredMemberAttribute)) ? "required" : TextOf(option.GetValue(NewWith(option)));

    /// <summary>What both halves of something share is abstract: then one of the halves.</summary>
    private static object NewWith(PropertyInfo option) => Activator.CreateInstance(
        typeof(Address).Assembly.GetExportedTypes().First(type => option.DeclaringType!.IsAssignableFrom(type) && !type.IsAbstract))!;

    private static string TextOf(object? value) => value switch
    {
        null => "`null`",
        string text => $"`{text}`",
        bool isOn => isOn ? "`true`" : "`false`",
        TimeSpan time => time == Timeout.InfiniteTimeSpan ? "none" : Texts.Of(time),
        Enum => $"`{value.GetType().Name}.{value}`",
        int or long => SizeOf(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        IReadOnlyCollection<object> { Count: 0 } => "none",
        _ when IsOptions(value.GetType()) => value.Equals(Activator.CreateInstance(value.GetType())) ? "its defaults" : "others",
        _ => NameOf(value),
    };

    private static string SizeOf(long number) => number switch
    {
        > 0 when number % (1 << 20) == 0 => $"{number >> 20} MiB",
        > 0 when number % (1 << 10) == 0 => $"{number >> 10} KiB",
        _ => number.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>The one that its type, or the class it derives from, offers by name.</summary>
    private static string NameOf(object value)
    {
        var type = value is TimeProvider ? typeof(TimeProvider) : value.GetType();
        var name = type.GetProperties(BindingFlags.Public | BindingFlags.Static).Single(property => ReferenceEquals(property.GetValue(null), value)).Name;
        return $"`{type.Name}.{name}`";
    }

    /// <summary>Found out by setting it; of other than times and numbers the page says what it will.</summary>
    private static string RangeOf(PropertyInfo option) => (Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType) switch
    {
        var type when type == typeof(TimeSpan) && !Takes(option, TimeSpan.FromSeconds(-1)) && Takes(option, Timeout.InfiniteTimeSpan) =>
            Takes(option, TimeSpan.Zero) ? "0 or more, or none" : "above 0, or none",
        var type when type == typeof(TimeSpan) && !Takes(option, TimeSpan.FromSeconds(-1)) && !Takes(option, Timeout.InfiniteTimeSpan) =>
            Takes(option, TimeSpan.Zero) ? "0 or more" : "above 0",
        var type when type == typeof(int) && !Takes(option, -1) => Takes(option, 0) ? "0 or more" : "1 or more",
        var type when type == typeof(long) && !Takes(option, -1L) => Takes(option, 0L) ? "0 or more" : "1 or more",
        var type => type.IsPrimitive && type != typeof(bool) || type == typeof(TimeSpan) ? "any" : "",
    };

    private static bool Takes(PropertyInfo option, object value)
    {
        try
        {
            option.SetValue(NewWith(option), value);
            return true;
        }
        catch (TargetInvocationException refusal) when (refusal.InnerException is ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
