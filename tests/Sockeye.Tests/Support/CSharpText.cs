using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sockeye.Tests.Support;

/// <summary>Types, members and values as C# spells them.</summary>
internal static class CSharpText
{
    /// <summary><c>sealed class Address : IEquatable&lt;Address&gt;</c>, <c>delegate Task Handler(int one)</c>.</summary>
    public static string OfDeclaration(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
            return $"delegate {Of(Invoke(type).ReturnParameter)} {OfName(type)}({Of(Invoke(type).GetParameters())})";
        var bases = Bases(type).Select(OfName).ToList();
        return $"{Keywords(type)} {OfName(type)}{(bases.Count > 0 ? $" : {string.Join(", ", bases)}" : "")}";
    }

    /// <summary><c>static Address Parse(string text, Transport transport = Transport.Tcp)</c>.</summary>
    public static string Of(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"{OfName(constructor.DeclaringType!)}({Of(constructor.GetParameters())})",
        MethodInfo method => $"{Modifiers(method)}{Of(method.ReturnParameter)} {method.Name}{Arguments(method)}({Of(method.GetParameters())})",
        PropertyInfo property => $"{Modifiers(property.GetMethod!)}{Of(property.PropertyType, Nullability.Create(property), NamesIn(property))} {OfName(property)} {Accessors(property)}",
        FieldInfo { DeclaringType.IsEnum: true } field => $"{field.Name} = {field.GetRawConstantValue()}",
        FieldInfo field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static readonly " : "")}{Of(field.FieldType, Nullability.Create(field), NamesIn(field))} {field.Name}"
            + (field.IsLiteral ? $" = {OfValue(field.GetRawConstantValue(), field.FieldType)}" : ""),
        _ => throw new NotSupportedException($"{member.MemberType} {member.Name}"),
    };

    private static MethodInfo Invoke(Type type) => type.GetMethod("Invoke")!;

    private static string OfName(PropertyInfo property) =>
        property.GetIndexParameters() is { Length: > 0 } parameters ? $"this[{Of(parameters)}]" : property.Name;

    private static string Of(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
        $"{Direction(parameter)}{Of(parameter)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {OfValue(parameter.RawDefaultValue, parameter.ParameterType)}" : "")}"));

    private static string Of(ParameterInfo parameter) => Of(
        parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType,
        Nullability.Create(parameter),
        NamesIn(parameter));

    private static string Of(Type type, NullabilityInfo? nullability, Queue<string?> names)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Of(value, nullability?.GenericTypeArguments.FirstOrDefault(), names) + "?";
        return OfNotNull(type, nullability, names) + (!type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "");
    }

    private static string OfNotNull(Type type, NullabilityInfo? nullability, Queue<string?> names)
    {
        if (type.IsArray)
            return Of(type.GetElementType()!, nullability?.ElementType, names) + "[]";
        if (!type.IsGenericType)
            return OfName(type);
        var isTuple = typeof(ITuple).IsAssignableFrom(type);
        var ownNames = isTuple ? type.GetGenericArguments().Select(_ => names.TryDequeue(out var name) ? name : null).ToArray() : [];
        var arguments = type.GetGenericArguments()
            .Select((argument, i) => Of(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(i), names)).ToArray();
        return isTuple
            ? $"({string.Join(", ", arguments.Zip(ownNames, (argument, name) => name is null ? argument : $"{argument} {name}"))})"
            : $"{Bare(type)}<{string.Join(", ", arguments)}>";
    }

    private static string OfName(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => Bare(type),
        _ when type.IsGenericType => $"{Bare(type)}<{string.Join(", ", type.GetGenericArguments().Select(OfName))}>",
        _ when type == typeof(void) => "void",
        _ when type == typeof(object) => "object",
        TypeCode.Boolean => "bool",
        TypeCode.Byte => "byte",
        TypeCode.Char => "char",
        TypeCode.Int32 => "int",
        TypeCode.UInt32 => "uint",
        TypeCode.Int64 => "long",
        TypeCode.Double => "double",
        TypeCode.String => "string",
        _ => Bare(type),
    };

    private static string Bare(Type type) =>
        (type.IsNested && !type.IsGenericParameter ? $"{Bare(type.DeclaringType!)}." : "") + type.Name.Split('`')[0];

    private static string OfValue(object? value, Type type) => value switch
    {
        null when type.IsValueType && Nullable.GetUnderlyingType(type) is null => "default",
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => $"\"{text}\"",
        _ when type.IsEnum => $"{Bare(type)}.{Enum.ToObject(type, value)}",
        _ => $"{value}",
    };

    private static string Keywords(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } => (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (IsRecord(type) ? "record struct" : "struct"),
        { IsAbstract: true, IsSealed: true } => "static class",
        _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (IsRecord(type) ? "record" : "class"),
    };

    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance)?.IsDefined(typeof(CompilerGeneratedAttribute)) == true;

    private static IEnumerable<Type> Bases(Type type)
    {
        var isPlain = type.IsEnum || type.BaseType is null || type.BaseType == typeof(object) || type.BaseType == typeof(ValueType);
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var interfaces = type.IsEnum ? [] : type.GetInterfaces().Except(inherited).Where(each => each.IsVisible && !(IsRecord(type) && each.Name == "IEquatable`1"));
        return (isPlain ? [] : new[] { type.BaseType! }).Concat(interfaces.OrderBy(OfName, StringComparer.Ordinal));
    }

    private static string Modifiers(MethodInfo method) => (method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "") + method switch
    {
        { DeclaringType.IsInterface: true } => "",
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        _ when method.GetBaseDefinition() != method => "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };

    private static string Arguments(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(OfName))}>" : "";

    private static string Accessors(PropertyInfo property)
    {
        if (property.SetMethod is not { IsPublic: true } set)
            return "{ get; }";
        return set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "{ get; init; }" : "{ get; set; }";
    }

    private static string Direction(ParameterInfo parameter) => parameter switch
    {
        { IsOut: true } => "out ",
        { IsIn: true } => "in ",
        { ParameterType.IsByRef: true } => "ref ",
        _ => parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "",
    };

    private static Queue<string?> NamesIn(ICustomAttributeProvider named) => new(
        named.GetCustomAttributes(typeof(TupleElementNamesAttribute), inherit: false)
            .Cast<TupleElementNamesAttribute>().SelectMany(attribute => attribute.TransformNames));

    private static NullabilityInfoContext Nullability => new();
}
