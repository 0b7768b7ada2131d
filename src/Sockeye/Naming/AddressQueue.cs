using System.Net;
using System.Net.Sockets;

namespace Sockeye;

/// <summary>Addresses in the order to try them: the families take turns, IPv6 first (RFC 8305, section 4), each address once.
/// Within a family the order is that of the answer, which the system has sorted (RFC 6724).</summary>
internal sealed class AddressQueue
{
    private readonly HashSet<IPAddress> _seen = [];
    private readonly Queue<IPAddress> _ipv6 = [];
    private readonly Queue<IPAddress> _ipv4 = [];
    private bool _isIPv4Next;

    public bool IsEmpty => _ipv6.Count == 0 && _ipv4.Count == 0;

    public void Add(IEnumerable<IPAddress> addresses)
    {
        foreach (var address in addresses)
        {
            if (_seen.Add(address))
                (address.AddressFamily == AddressFamily.InterNetworkV6 ? _ipv6 : _ipv4).Enqueue(address);
        }
    }

    public IPAddress Take()
    {
        var fromIPv4 = _ipv6.Count == 0 || (_isIPv4Next && _ipv4.Count > 0);
        _isIPv4Next = !fromIPv4;
        return (fromIPv4 ? _ipv4 : _ipv6).Dequeue();
    }

    public List<IPAddress> TakeAll()
    {
        var all = new List<IPAddress>(_ipv6.Count + _ipv4.Count);
        while (!IsEmpty)
            all.Add(Take());
        return all;
    }
}
