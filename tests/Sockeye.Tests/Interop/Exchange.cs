using Sockeye.Tests.Support;
using Xunit;

namespace Sockeye.Tests.Interop;

/// <summary>Bytes between the program and a peer, of which none may be changed or lost.</summary>
internal static class Exchange
{
    public static byte[] Ours { get; } = Payload.Create(3_000_000, seed: 1);

    public static byte[] Theirs { get; } = Payload.Create(3_000_000, seed: 2);

    /// <summary>Both send everything at once; only when both have everything does either end.</summary>
    public static async Task BothWaysAsync(RunningProgram sock, RunningProgram peer)
    {
        await Task.WhenAll(
            sock.WriteAsync(Ours), peer.WriteAsync(Theirs),
            sock.WaitForOutputBytesAsync(Theirs.Length), peer.WaitForOutputBytesAsync(Ours.Length));
        peer.EndInput();
        sock.EndInput();
        var result = await sock.WaitAsync();
        Assert.True(result.ExitCode == 0, result.Error);
        AssertSame(Theirs, result.OutputBytes);
        AssertSame(Ours, (await peer.WaitAsync()).OutputBytes);
    }

    public static void AssertSame(byte[] expected, byte[] actual) =>
        Assert.Equal((expected.Length, Payload.Sha256(expected)), (actual.Length, Payload.Sha256(actual)));
}
