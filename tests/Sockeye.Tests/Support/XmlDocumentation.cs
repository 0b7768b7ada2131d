using System.Reflection;
using System.Xml.Linq;

namespace Sockeye.Tests.Support;

/// <summary>The XML documentation that the compiler wrote beside an assembly.</summary>
internal sealed class XmlDocumentation
{
    private readonly Dictionary<string, XElement> _members;

    private XmlDocumentation(XDocument document) =>
        _members = document.Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);

    public static XmlDocumentation Of(Assembly assembly) => new(XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")));

    /// <summary>What is said about a type or member, or null.</summary>
    public XElement? this[MemberInfo member] => _members.GetValueOrDefault(IdOf(member));

    /// <summary>The documentation comment's id for a member (C# specification, annex D.4.2).</summary>
    private static string IdOf(MemberInfo member) => member switch
    {
        Type type => "T:" + NameOf(type),
        ConstructorInfo constructor => $"M:{NameOf(member.DeclaringType!)}.#ctor{ParametersOf(constructor.GetParameters())}",
        MethodInfo method => $"M:{NameOf(member.DeclaringType!)}.{method.Name}{TypeArgumentsOf(method)}{ParametersOf(method.GetParameters())}",
        PropertyInfo property => $"P:{NameOf(member.DeclaringType!)}.{property.Name}{ParametersOf(property.GetIndexParameters())}",
        _ => $"F:{NameOf(member.DeclaringType!)}.{member.Name}",
    };

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string TypeArgumentsOf(MethodInfo method) => method.IsGenericMethod ? $"``{method.GetGenericArguments().Length}" : "";

    private static string ParametersOf(ParameterInfo[] parameters) =>
        parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(parameter => UsedNameOf(parameter.ParameterType)))})";

    private static string UsedNameOf(Type type)
    {
        if (type.IsByRef)
            return UsedNameOf(type.GetElementType()!) + "@";
        if (type.IsArray)
            return UsedNameOf(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        return type.IsGenericType
            ? $"{NameOf(type.GetGenericTypeDefinition()).Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(UsedNameOf))}}}"
            : NameOf(type);
    }
}
