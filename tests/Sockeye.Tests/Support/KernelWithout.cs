namespace Sockeye.Tests.Support;

/// <summary>Runs tests where the kernel refuses certain calls, as older ones and some sandboxes do: a filter of seccomp(2).</summary>
internal static class KernelWithout
{
    /// <summary>recvmmsg(2) and sendmmsg(2): ENOSYS.</summary>
    public const string ManyMessages = "many";

    /// <summary>The options of UDP, so that it neither joins nor cuts segments: ENOPROTOOPT.</summary>
    public const string Segments = "segments";

    /// <summary>What this process has to do without; null for nothing.</summary>
    public static string? What => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Whether this process has all that the kernel has.</summary>
    public static bool Nothing => What is null;

    /// <summary>Runs these classes of tests without that; null where it cannot be taken away.</summary>
    public static async Task<ProgramResult?> RunAsync(string what, IEnumerable<string> classes)
    {
        var python = Peers.Require("python3");
        if ((await RunningProgram.RunAsync(python, ["-c", Filter, what, "true"])).ExitCode != 0)
            return null;
        var self = Path.Combine(AppContext.BaseDirectory, "Sockeye.Tests");
        return await RunningProgram.RunAsync(python,
            ["-c", Filter, what, "env", $"{Variable}={what}", self, "-noColor", "-noLogo", .. classes.SelectMany(each => (string[])["-class", each])]);
    }

    private const string Variable = "SOCKEYE_TESTS_KERNEL_WITHOUT";

    private const string Filter = """
        import ctypes, os, platform, struct, sys

        recvmmsg, sendmmsg, setsockopt = {'x86_64': (299, 307, 54), 'aarch64': (243, 269, 208)}[platform.machine()]
        load = lambda offset: struct.pack('HBBI', 0x20, 0, 0, offset)
        skip_unless = lambda value, count: struct.pack('HBBI', 0x15, 0, count, value)
        answer = lambda value: struct.pack('HBBI', 0x06, 0, 0, value)
        number, second_argument = 0, 24
        error, allow = lambda errno: 0x50000 | errno, 0x7fff0000
        filters = {
            'many': [load(number), skip_unless(recvmmsg, 1), answer(error(38)), skip_unless(sendmmsg, 1), answer(error(38))],
            'segments': [load(number), skip_unless(setsockopt, 3), load(second_argument), skip_unless(17, 1), answer(error(92))],
        }
        program = filters[sys.argv[1]] + [answer(allow)]
        code = ctypes.create_string_buffer(b''.join(program))
        libc = ctypes.CDLL(None)
        prctl = lambda option, *values: libc.prctl(option, *map(ctypes.c_ulong, values))
        PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
        description = ctypes.create_string_buffer(struct.pack('HxxxxxxQ', len(program), ctypes.addressof(code)))
        if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(description), 0, 0):
            sys.exit(1)
        os.execvp(sys.argv[2], sys.argv[2:])
        """;
}
