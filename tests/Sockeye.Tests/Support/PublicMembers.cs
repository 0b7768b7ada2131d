using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sockeye.Tests.Support;

/// <summary>What others see of the library.</summary>
internal static class PublicMembers
{
    /// <summary>Public and protected members that the type declares, without those that come with every object, record,
    /// property or enum.</summary>
    public static IEnumerable<MemberInfo> Of(Type type) => typeof(Delegate).IsAssignableFrom(type) ? [] : type
        .GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(member => IsVisible(member) && !IsImplied(member));

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        PropertyInfo property => IsVisible(property.GetMethod!),
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        _ => false,
    };

    private static bool IsImplied(MemberInfo member) => member switch
    {
        _ when member.IsDefined(typeof(CompilerGeneratedAttribute)) => true,
        MethodInfo method => method.IsSpecialName || method.GetBaseDefinition().DeclaringType == typeof(object),
        FieldInfo field => field.IsSpecialName,
        _ => false,
    };
}
