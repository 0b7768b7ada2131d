using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sockeye.Links;
using Sockeye.Platform;
using Sockeye.Sessions;
using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Contracts;

/// <summary>
/// The directions that keep the library in one piece (docs/design.md): who may use whom, and where the few dangerous
/// things may stand. Checked on what the compiler made of the source, so no spelling gets around them.
/// </summary>
public class DirectionTests
{
    private static readonly Assembly Library = typeof(Address).Assembly;
    private static readonly Assembly Program = Assembly.Load("sock");
    private static readonly IReadOnlyList<Reference> References = CompiledCode.ReferencesOf(Library);

    [Fact]
    public void The_library_stands_on_the_base_class_library_alone() =>
        AssertNone(NamesOf(Library).Where(name => !IsBaseClassLibrary(name)));

    [Fact]
    public void The_program_stands_on_the_library_and_its_parser_alone() =>
        AssertNone(NamesOf(Program).Where(name => !IsBaseClassLibrary(name)).Except(["Sockeye", "System.CommandLine"]));

    [Fact]
    public void The_program_sees_of_the_library_what_everyone_sees() => Assert.Equal(
        ["Sockeye.Tests"],
        Library.GetCustomAttributes<InternalsVisibleToAttribute>().Select(attribute => attribute.AssemblyName));

    [Fact]
    public void A_files_folder_is_its_namespace()
    {
        var root = Path.Combine(Repository.Root, "src", "Sockeye");
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            if (IsBuilt(Path.GetRelativePath(root, file)))
                continue;
            var folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!);
            var expected = folder == "." || RootsOwn.Contains(folder) ? "Sockeye" : $"Sockeye.{folder}";
            Assert.Contains($"namespace {expected};", File.ReadLines(file));
        }
    }

    /// <summary>Drawers of the root: machinery that is put away, but is of the root's namespace.</summary>
    private static readonly string[] RootsOwn = ["Naming", "Dialling", "Serving", "Copying", "Options"];

    [Fact]
    public void Folders_use_the_root_and_the_root_uses_Links_and_Platform_only()
    {
        var wrong = References
            .Where(reference => reference.ToType.Assembly == Library)
            .Select(reference => (From: FolderOf(reference.FromType), To: FolderOf(CompiledCode.Outermost(reference.ToType)), reference))
            .Where(each => each.From != each.To && !MayUse(each.From, each.To, each.reference));
        AssertNone(wrong.Select(each => each.reference));
    }

    [Fact]
    public void Sockets_are_made_in_three_places_and_in_Platform() => AssertOnlyIn(
        reference => reference.To is ConstructorInfo && reference.ToType == typeof(Socket),
        type => type == typeof(Connector) || type == typeof(Listener) || type == typeof(DatagramSocket) || IsPlatform(type));

    [Fact]
    public void The_kernel_is_called_from_Platform_only() => AssertNone(
        Library.GetTypes().SelectMany(CompiledCode.MethodsOf)
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .Select(method => CompiledCode.Outermost(method.DeclaringType!))
            .Where(type => !IsPlatform(type)));

    /// <summary>In Platform an error may be the answer that was looked for.</summary>
    [Fact]
    public void Who_catches_a_SocketException_asks_ErrorMap_what_it_means()
    {
        var classifying = References.Where(reference => reference.ToType == typeof(ErrorMap)).Select(reference => reference.FromType).ToHashSet();
        AssertOnlyIn(
            reference => reference.To is Type caught && caught == typeof(SocketException),
            type => classifying.Contains(type) || type == typeof(ErrorMap) || IsPlatform(type));
    }

    [Fact]
    public void The_library_neither_prints_nor_ends_the_process_nor_handles_signals() => AssertOnlyIn(
        reference => reference.ToType == typeof(Console)
            || reference.ToType == typeof(PosixSignalRegistration)
            || reference.ToType == typeof(AppDomain)
            || (reference.ToType == typeof(Environment) && reference.To.Name is "Exit" or "FailFast" or "set_ExitCode"),
        _ => false);

    [Fact]
    public void Processes_are_started_in_one_place() => AssertOnlyIn(
        reference => reference.ToType == typeof(Process),
        type => type == typeof(ProcessEnd));

    /// <summary>A thread that blocks waits in real time, in the kernel or here: that is what its caller asked for.</summary>
    [Fact]
    public void The_only_clock_is_the_one_that_was_given() => AssertOnlyIn(
        reference => IsAmbientClock(reference.To),
        type => type == typeof(Link));

    [Fact]
    public void The_systems_clock_is_a_default_and_nothing_else() => AssertOnlyIn(
        reference => reference.To is MethodInfo { Name: "get_System" } && reference.ToType == typeof(TimeProvider),
        type => type.Name.EndsWith("Options", StringComparison.Ordinal) || TakesClockAsParameter(type));

    [Fact]
    public void Static_state_does_not_change_but_for_the_few_caches_there_are()
    {
        var changing = Library.GetTypes()
            .Where(type => !IsMadeByCompiler(type))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsLiteral && !(field.IsInitOnly && (IsImmutable(field.FieldType) || IsConstantList(field))))
            .Where(field => !AllowedStaticState.Contains(CompiledCode.Outermost(field.DeclaringType!).Name))
            .Select(field => $"{field.DeclaringType}.{field.Name}");
        AssertNone(changing);
    }

    [Fact]
    public void Classes_are_sealed_unless_they_are_made_to_be_derived_from() => AssertNone(
        Library.GetTypes().Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !IsMadeByCompiler(type)));

    /// <summary><see cref="IConnector"/> is the granted exception: others will implement it.</summary>
    [Fact]
    public void An_interface_has_two_implementations_before_it_exists() => AssertNone(
        Library.GetTypes()
            .Where(type => type.IsInterface && type != typeof(IConnector))
            .Where(type => Library.GetTypes().Count(other => other.IsClass && type.IsAssignableFrom(other)) < 2));

    /// <summary>Types that hold static state which is not plainly immutable, and why they may.</summary>
    private static readonly string[] AllowedStaticState =
    [
        nameof(AnswerWatch),        // its thread, and what it looks after
        nameof(DatagramBatch),      // memory that nobody needs at the moment
        nameof(KernelPipe),         // pipes that nobody needs at the moment
        nameof(LoopTurn),           // which loop a thread runs
        nameof(ReadinessLoops),     // the loops, begun when they are first needed
        nameof(Resolver),           // look-ups that are under way and shared
        nameof(ServiceRegistry),    // stands on the two below
        nameof(ServicesFile),       // the system's file, read when it is first needed
        nameof(ServiceTable),       // the built-in table
        nameof(Telemetry),          // the instruments themselves
    ];

    private static bool MayUse(string from, string to, Reference reference) => (from, to) switch
    {
        ("", "Links" or "Platform") => true,
        ("", _) => false,
        (_, "") => true,
        ("Measuring", "Protocols" or "Platform") => true,
        ("Protocols", "Tls") => CompiledCode.Outermost(reference.ToType).IsPublic,
        ("Tls" or "Protocols", "Links") => true,    // a layer puts a link of its own on a connection
        ("Links", "Platform") => true,    // a link may stand on what one kernel offers
        (_, "Sessions") => CompiledCode.Outermost(reference.ToType).IsPublic,
        _ => false,
    };

    /// <summary>The folder of a type's file, empty for the root.</summary>
    private static string FolderOf(Type type) => type.Namespace is { } name && name.StartsWith("Sockeye.", StringComparison.Ordinal)
        ? name["Sockeye.".Length..].Split('.')[0]
        : "";

    private static bool IsPlatform(Type type) => FolderOf(type) == "Platform";

    private static bool IsAmbientClock(MemberInfo member) => member switch
    {
        { Name: "get_Now" or "get_UtcNow" or "get_Today" } => member.DeclaringType == typeof(DateTime) || member.DeclaringType == typeof(DateTimeOffset),
        { Name: "get_TickCount" or "get_TickCount64" } => member.DeclaringType == typeof(Environment),
        { Name: "Sleep" } => member.DeclaringType == typeof(Thread),
        MethodBase method when method.DeclaringType is { } type => type == typeof(Stopwatch)
            || type == typeof(Timer)
            || (MeasuresTime.Contains(type) && TakesTimeWithoutClock(method)),
        _ => false,
    };

    private static readonly Type[] MeasuresTime = [typeof(Task), typeof(CancellationTokenSource), typeof(PeriodicTimer)];

    private static bool TakesTimeWithoutClock(MethodBase method)
    {
        var parameters = method.GetParameters();
        return parameters.Any(parameter => parameter.ParameterType == typeof(TimeSpan) || parameter.Name!.StartsWith("milliseconds", StringComparison.Ordinal))
            && parameters.All(parameter => parameter.ParameterType != typeof(TimeProvider));
    }

    /// <summary>A public method that takes a clock may fill in the default.</summary>
    private static bool TakesClockAsParameter(Type type) => CompiledCode.MethodsOf(type)
        .Any(method => method.GetParameters().Any(parameter => parameter.ParameterType == typeof(TimeProvider)));

    private static bool IsMadeByCompiler(Type type) =>
        type.Name.StartsWith('<') || (type.DeclaringType is { } outer && IsMadeByCompiler(outer));

    /// <summary>Bytes or names that only their own type sees: C# has no constant for a list.</summary>
    private static bool IsConstantList(FieldInfo field) =>
        field is { IsPrivate: true, FieldType.IsArray: true } && IsImmutable(field.FieldType.GetElementType()!);

    private static bool IsImmutable(Type type) => IsImmutable(type, []);

    private static bool IsImmutable(Type type, HashSet<Type> seen)
    {
        if (!seen.Add(type) || type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan))
            return true;
        if (typeof(Delegate).IsAssignableFrom(type) || ImmutableByContract.Contains(type) || type.Namespace == "System.Buffers")
            return true;
        if (type.IsGenericType && type.GetGenericTypeDefinition() is var generic && (generic == typeof(IReadOnlyList<>) || generic == typeof(Nullable<>)))
            return type.GetGenericArguments().All(argument => IsImmutable(argument, seen));
        return type.Assembly == Library && (AllowedStaticState.Contains(type.Name) || InstanceFields(type).All(field => field.IsInitOnly && IsImmutable(field.FieldType, seen)));
    }

    private static readonly Type[] ImmutableByContract = [typeof(Address), typeof(IConnector), typeof(TimeProvider), typeof(UInt128)];

    private static FieldInfo[] InstanceFields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    private static void AssertOnlyIn(Func<Reference, bool> isMeant, Func<Type, bool> isAllowed) => AssertNone(
        References.Where(reference => isMeant(reference) && !isAllowed(reference.FromType)));

    private static IEnumerable<string> NamesOf(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);

    private static bool IsBaseClassLibrary(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"));

    private static bool IsBuilt(string path) =>
        path.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj";

    private static void AssertNone<T>(IEnumerable<T> wrong)
    {
        var lines = wrong.Select(each => $"{each}").Distinct().ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }
}
