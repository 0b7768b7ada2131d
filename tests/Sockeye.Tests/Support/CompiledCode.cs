using System.Reflection;
using System.Reflection.Emit;

namespace Sockeye.Tests.Support;

/// <summary>Something that a method's compiled body mentions: a member it uses, or a type it names.</summary>
/// <param name="From">The method.</param>
/// <param name="To">What it mentions.</param>
internal sealed record Reference(MethodBase From, MemberInfo To)
{
    /// <summary>The type as written in the source: not the closure or state machine made of it.</summary>
    public Type FromType => CompiledCode.Outermost(From.DeclaringType!);

    /// <summary>The type mentioned, or the one whose member is.</summary>
    public Type ToType => To as Type ?? To.DeclaringType ?? typeof(void);

    public override string ToString() => $"{FromType.FullName} uses {ToType.FullName}{(To is Type ? "" : $".{To.Name}")}";
}

/// <summary>What compiled code really uses, whatever its source says.</summary>
internal static class CompiledCode
{
    /// <summary>Every mention in every body.</summary>
    public static IReadOnlyList<Reference> ReferencesOf(Assembly assembly) =>
        [.. assembly.GetTypes().SelectMany(MethodsOf).SelectMany(ReferencesOf)];

    /// <summary>Methods, constructors and initialisers that the type itself declares.</summary>
    public static IEnumerable<MethodBase> MethodsOf(Type type) => type.GetMembers(Declared).OfType<MethodBase>();

    /// <summary>The type that is not nested in another.</summary>
    public static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<Reference> ReferencesOf(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
            yield break;
        foreach (var clause in body.ExceptionHandlingClauses)
        {
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause && clause.CatchType is { } caught)
                yield return new(method, caught);
        }
        foreach (var token in TokensIn(body.GetILAsByteArray()!))
            yield return new(method, method.Module.ResolveMember(token, TypeArguments(method), MethodArguments(method))!);
    }

    private static IEnumerable<int> TokensIn(byte[] il)
    {
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? OpCodesByValue[unchecked((short)(0xFE00 | il[at + 1]))] : OpCodesByValue[il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                yield return BitConverter.ToInt32(il, at);
            at += SizeOf(code.OperandType, il, at);
        }
    }

    /// <summary>ECMA-335, partition III, section 1.</summary>
    private static int SizeOf(OperandType operand, byte[] il, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
        _ => 4,
    };

    private static Type[]? TypeArguments(MethodBase method) => method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;

    private static Type[]? MethodArguments(MethodBase method) => method.IsGenericMethod ? method.GetGenericArguments() : null;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
}
