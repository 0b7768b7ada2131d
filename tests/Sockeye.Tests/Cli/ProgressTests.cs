using Microsoft.Win32.SafeHandles;
using Sockeye.Protocols;
using Sockeye.Tests.Support;
using Sockeye.Tool.Platform;
using Xunit;

namespace Sockeye.Tests.Cli;

/// <summary><c>--progress</c> of <c>connect</c> and <c>listen</c>.</summary>
public class ProgressTests
{
    [Fact(Timeout = HangGuard)]
    public async Task What_went_each_way_is_said_at_the_end_and_nothing_of_it_before_without_a_terminal()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await SockProcess.RunWithInputAsync(new string('x', 2048), "connect", "--progress", server.LocalAddress.ToString());
        Assert.Equal((0, 2048), (result.ExitCode, result.Output.Length));
        Assert.Matches(@"\ASent 2 KiB in [\d.]+ m?s, [\d.]+ \w+/s; received 2 KiB in [\d.]+ m?s, [\d.]+ \w+/s\n\z", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task With_json_the_object_says_it()
    {
        await using var server = Server.Start("127.0.0.1:0", Echo.ServeAsync);
        var result = await SockProcess.RunWithInputAsync("x", "connect", "--progress", "--json", server.LocalAddress.ToString());
        Assert.Matches(@"\A\{[^\n]*\}\n\z", result.Error);
    }

    [Fact(Timeout = HangGuard)]
    public async Task Of_many_conversations_there_is_none()
    {
        var result = await SockProcess.RunAsync("listen", "-k", "--progress", "0");
        Assert.Equal((2, "sock: --progress is for one conversation, and here are many\n"), (result.ExitCode, result.Error));
    }

    [Fact]
    public void The_rest_of_a_file_is_known_and_that_of_a_pipe_is_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "descriptors are a matter of Unix");
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "0123456789");
            using var file = File.OpenHandle(path);
            Assert.Equal(10, RestOfFile.Of(Descriptor(file)));
            Unix.Seek(Descriptor(file), 4, 0);
            Assert.Equal(6, RestOfFile.Of(Descriptor(file)));
            Unix.Seek(Descriptor(file), 99, 0);
            Assert.Null(RestOfFile.Of(Descriptor(file)));
            using var pipe = new System.IO.Pipes.AnonymousPipeServerStream();
            Assert.Null(RestOfFile.Of((int)pipe.SafePipeHandle.DangerousGetHandle()));
            using var nothing = File.OpenHandle("/dev/zero");
            Assert.Null(RestOfFile.Of(Descriptor(nothing)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static int Descriptor(SafeFileHandle file) => (int)file.DangerousGetHandle();

    private const int HangGuard = 60_000;
}
