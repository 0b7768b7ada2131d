namespace Sockeye;

/// <summary>Tells when so much comes at a time, and goes on doing so, that it is worth it not to touch the bytes.</summary>
internal struct BulkGauge
{
    private int _largeInARow;

    /// <summary>Takes note of what a read gave; true if the flow is bulk.</summary>
    public bool Note(int count)
    {
        _largeInARow = count >= Large ? _largeInARow + 1 : 0;
        return _largeInARow >= MostLargeInARow || count >= VeryLarge;
    }

    // What reads give where a peer sends as fast as it can: below, moving pages costs more than copying.
    private const int Large = 16 * 1024;
    private const int MostLargeInARow = 4;
    private const int VeryLarge = 128 * 1024;
}
