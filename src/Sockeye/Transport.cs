namespace Sockeye;

/// <summary>How bytes travel: the socket's kind and family, as the front of an address says it.</summary>
public enum Transport
{
    /// <summary>A TCP stream over IPv4 or IPv6 (<c>tcp://</c>, and the meaning of an address without a front).</summary>
    Tcp,

    /// <summary>UDP datagrams over IPv4 or IPv6 (<c>udp://</c>).</summary>
    Udp,

    /// <summary>A stream between processes of one machine, by path or abstract name (<c>unix:</c>).</summary>
    Unix,

    /// <summary>Datagrams between processes of one machine, by path or abstract name (<c>unixgram:</c>).</summary>
    UnixDatagram,

    /// <summary>TLS over TCP (<c>tls://</c>). Something has to speak it: <see cref="Tls.TlsClient"/> or
    /// <see cref="Tls.TlsServer"/>.</summary>
    Tls,
}
