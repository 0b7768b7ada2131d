namespace Sockeye.Protocols;

/// <summary>How the protocols of one question and one answer (<see cref="Time"/>, <see cref="Daytime"/>,
/// <see cref="Qotd"/>) ask. Immutable.</summary>
public sealed record QueryOptions
{
    internal static QueryOptions Default { get; } = new();

    /// <summary>How long each try waits for the answer. Defaults to 1 s; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>
    /// for no limit. Over TCP, which resends by itself, connecting and the answer together may take as long as all tries.</summary>
    public TimeSpan Timeout
    {
        get;
        init => field = TimeRange.CheckLimit(value);
    } = TimeSpan.FromSeconds(1);

    /// <summary>How often the question is sent before it is given up, at least once. Defaults to 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1.</exception>
    public int Tries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 3;

    /// <summary>How the name is looked up, the limit of that, and the clock of every limit; over TCP also how the server
    /// is reached. Defaults to <see cref="ConnectOptions"/>'s defaults.</summary>
    public ConnectOptions Connect { get; init; } = ConnectOptions.Default;

    /// <summary>What all tries may take together.</summary>
    internal TimeSpan Total => Timeout == System.Threading.Timeout.InfiniteTimeSpan ? Timeout : Timeout * Tries;
}
