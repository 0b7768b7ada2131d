namespace Sockeye;

/// <summary>Tells somebody who asked to be told, and lives on whatever they make of it.</summary>
internal static class Callbacks
{
    public static void Tell<T>(Action<T>? listener, T what) =>
        Tell(static (listener, what) => listener?.Invoke(what), listener, what);

    public static void Tell<T1, T2>(Action<T1, T2>? listener, T1 who, T2 what)
    {
        try
        {
            listener?.Invoke(who, what);
        }
        catch
        {
            // It was told; there is nobody left to tell of this.
        }
    }
}
