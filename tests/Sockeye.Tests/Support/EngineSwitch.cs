using System.Runtime.CompilerServices;

namespace Sockeye.Tests.Support;

/// <summary>Lets the whole suite run on the readiness loop: with this variable set, whoever names no engine gets it.</summary>
internal static class EngineSwitch
{
    public const string Variable = "SOCKEYE_TESTS_ON_LOOP";

    public static bool IsOn => Environment.GetEnvironmentVariable(Variable) is not null;

    [ModuleInitializer]
    internal static void Set()
    {
        if (IsOn)
            AppContext.SetSwitch("Sockeye.UseReadinessLoop", true);
    }
}
