namespace Sockeye.Protocols;

/// <summary>Answers that wait to be sent: each once, in the order asked, so that they are few however much a peer asks for.</summary>
internal sealed class TelnetAnswers
{
    private readonly Lock _lock = new();
    private readonly HashSet<(byte Verb, byte Option)> _waiting = [];
    private readonly List<byte> _wire = [];
    private bool _isBeingSent;

    public void Add(byte verb, byte option)
    {
        lock (_lock)
        {
            if (_waiting.Add((verb, option)))
                _wire.AddRange(TelnetDecoder.Iac, verb, option);
        }
    }

    /// <summary>Whether the caller is to send them: there are some, and nobody does. It takes until there are none.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            var begins = !_isBeingSent && _wire.Count > 0;
            _isBeingSent |= begins;
            return begins;
        }
    }

    /// <summary>All that wait, as they go over the wire; empty if none do.</summary>
    public byte[] Take()
    {
        lock (_lock)
        {
            byte[] taken = [.. _wire];
            _isBeingSent = taken.Length > 0;
            _wire.Clear();
            _waiting.Clear();
            return taken;
        }
    }
}
