namespace Sockeye.Tls;

/// <summary>Alerts by number (RFC 8446, section 6): their names, and what they say of us.</summary>
internal static class TlsAlert
{
    public static string Describe(byte number) => number switch
    {
        10 => "unexpected_message (it did not expect what we sent)",
        20 => "bad_record_mac (what we sent did not arrive unchanged)",
        22 => "record_overflow (a record of ours is too long for it)",
        40 => "handshake_failure (nothing in common, or it wants a client certificate)",
        42 => "bad_certificate (it does not take our certificate)",
        43 => "unsupported_certificate (it cannot use a certificate of our kind)",
        44 => "certificate_revoked (our certificate has been revoked)",
        45 => "certificate_expired (our certificate has expired)",
        46 => "certificate_unknown (it does not take our certificate)",
        47 => "illegal_parameter (something we sent makes no sense to it)",
        48 => "unknown_ca (it does not know who issued our certificate)",
        49 => "access_denied (our certificate does not entitle us)",
        50 => "decode_error (it could not read what we sent)",
        51 => "decrypt_error (a signature or check of ours failed)",
        70 => "protocol_version (it speaks no version of TLS that we offer)",
        71 => "insufficient_security (it asks for stronger ciphers)",
        80 => "internal_error (it has a trouble of its own)",
        86 => "inappropriate_fallback (we offered less than we could)",
        90 => "user_canceled (it gave up)",
        109 => "missing_extension (it misses something in our hello)",
        110 => "unsupported_extension (it did not ask for something in our hello)",
        112 => "unrecognized_name (it does not serve the name we asked for)",
        113 => "bad_certificate_status_response (it does not believe the status of our certificate)",
        115 => "unknown_psk_identity (it does not know our key)",
        116 => "certificate_required (it wants a client certificate)",
        120 => "no_application_protocol (it speaks no protocol that we offer)",
        _ => $"alert {number}",
    };
}
