using System.Runtime.InteropServices;

namespace Sockeye.Tool.Platform;

/// <summary>What the system's TLS asks the environment for, once, when it is first used: this has to come before that.</summary>
internal static partial class TlsEnvironment
{
    /// <summary>For who believes nobody whom this system trusts, or anybody. The platform reads the whole list all the same, which takes
    /// most of the time to start: here, it finds none.</summary>
    public static void LeaveOutAuthorities()
    {
        if (!OperatingSystem.IsLinux())
            return;
        // From now on the runtime has a copy of its own, and so have the programs that are started.
        _ = Environment.GetEnvironmentVariables();
        _ = SetVariable("SSL_CERT_DIR", "/dev/null", overwrite: 1);
        _ = SetVariable("SSL_CERT_FILE", "/dev/null", overwrite: 1);
    }

    /// <summary>Lets the platform write each connection's keys into the file that the user has named (<c>SSLKEYLOGFILE</c>).</summary>
    public static void AllowKeyLog() => AppContext.SetSwitch("System.Net.EnableSslKeyLogging", isEnabled: true);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
