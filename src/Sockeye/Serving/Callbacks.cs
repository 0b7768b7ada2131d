namespace Sockeye;

/// <summary>Tells somebody who asked to be told, and lives on whatever they make of it.</summary>
internal static class Callbacks
{
    public static void Tell<T>(Action<T>? listener, T what) => Guard(() => listener?.Invoke(what));

    public static void Tell<T1, T2>(Action<T1, T2>? listener, T1 who, T2 what) => Guard(() => listener?.Invoke(who, what));

    private static void Guard(Action telling)
    {
        try
        {
            telling();
        }
        catch
        {
            // It was told; there is nobody left to tell of this.
        }
    }
}
