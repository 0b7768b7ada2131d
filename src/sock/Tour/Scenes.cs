using Sockeye.Protocols;

namespace Sockeye.Tool.Tour;

/// <summary>The conversations of the founding chapter, in its order; the errors come last.</summary>
internal static class Scenes
{
    public static async Task PlayAllAsync(Stage stage)
    {
        foreach (var (index, (title, play)) in All.Index())
        {
            stage.Title(index + 1, title);
            await play(stage);
        }
    }

    private static readonly (string Title, Func<Stage, Task> Play)[] All =
    [
        ("A greeting server that serves many at once", GreetingAsync),
        ("Reaching it from a terminal", ConnectAsync),
        ("Bind, listen, accept: both ends by hand, and one port for one server", ListenAsync),
        ("Service names and port numbers, both ways", PortsAsync),
        ("Names and addresses: what was tried, and who is at each end", AddressesAsync),
        ("Lines and bytes of one connection, with nothing lost between", LinesAndBytesAsync),
        ("Getting a page with three arguments, or a URL", GetAsync),
        ("A UDP client", UdpAsync),
        ("The small services, over TCP and UDP", SmallServicesAsync),
        ("The time over UDP, four bytes since 1900", TimeAsync),
        ("A write that seemed to succeed", WriteErrorAsync),
        ("A limit for every wait", TimeoutAsync),
        ("Address families", FamiliesAsync),
        ("Each kind of error, told apart by its exit code", ErrorsAsync),
    ];

    private static Task GreetingAsync(Stage stage) => stage.TalkAsync(
        "three clients, connected at once; the last one's letters are 7 to a person", async () =>
        {
            string[] texts = ["hello", "sockeye", "naïve 👩‍👩‍👧"];
            var connections = await Task.WhenAll(texts.Select(_ => ConnectToGreetingAsync(stage)));
            var counts = new List<int>();
            foreach (var (connection, text) in connections.Zip(texts))
            {
                await using (connection)
                    counts.Add((await Greeting.SayAsync(connection, text, stage.Cancel)).Characters);
            }
            return counts is [5, 7, 7];
        });

    private static Task<Connection> ConnectToGreetingAsync(Stage stage) =>
        Connection.ConnectAsync("localhost", stage.Services["greeting"], cancel: stage.Cancel).AsTask();

    private static Task ConnectAsync(Stage stage) =>
        stage.SockAsync($"connect localhost {stage.Services["greeting"]}", "hello\n", expect: "You entered 5 characters.");

    private static async Task ListenAsync(Stage stage)
    {
        await using var listener = SockRun.Start(["listen", "127.0.0.1", "0"]);
        stage.ShowCommand("listen 127.0.0.1 0", "welcome\n");
        await listener.EnterAsync("welcome\n", stage.Cancel);
        var where = await listener.ReadErrorLineAsync(stage.Cancel) ?? "";
        stage.Show("says", where, Colour.Faint);
        await stage.SockAsync($"connect 127.0.0.1 {where[(where.LastIndexOf(':') + 1)..]}", "hello\n", expect: "welcome");
        await stage.FinishAsync(listener, expect: "hello");

        await stage.SockAsync($"serve greeting={stage.Services["greeting"]}", exitCode: ExitCodes.Local, expect: "taken");
        await stage.TalkAsync("the greeting service is stopped, and started on its port again at once", async () =>
        {
            await stage.Services.RestartAsync("greeting");
            await using var connection = await ConnectToGreetingAsync(stage);
            return (await Greeting.SayAsync(connection, "again", stage.Cancel)).Characters == 5;
        });
    }

    private static async Task PortsAsync(Stage stage)
    {
        await stage.SockAsync("port http", expect: "80/tcp");
        await stage.SockAsync("port 37", expect: "time");
    }

    private static async Task AddressesAsync(Stage stage)
    {
        await stage.SockAsync("resolve localhost", expect: "127.0.0.1");
        await stage.SockAsync($"connect -v localhost {stage.Services["echo"]}", "hello\n", expect: "Connected from");
    }

    private static Task LinesAndBytesAsync(Stage stage) => stage.TalkAsync(
        "writes bytes and a line, reads a line and then five bytes", async () =>
        {
            await using var connection = await Connection.ConnectAsync("localhost", stage.Services["echo"], cancel: stage.Cancel);
            await connection.WriteAsync("a line\n"u8.ToArray(), stage.Cancel);
            await connection.Lines.WriteLineAsync("bytes", stage.Cancel);
            var line = await connection.Lines.ReadLineAsync(stage.Cancel);
            var bytes = new byte[5];
            await connection.ReadExactlyAsync(bytes, stage.Cancel);
            return line == "a line" && bytes.AsSpan().SequenceEqual("bytes"u8);
        });

    private static async Task GetAsync(Stage stage)
    {
        await stage.SockAsync($"get localhost {stage.Services["http"]} /");
        await stage.SockAsync($"get --include http://localhost:{stage.Services["http"]}/chapter", expect: "/chapter");
    }

    private static Task UdpAsync(Stage stage) =>
        stage.SockAsync($"connect --udp --replies 1 localhost {stage.Services["echo"]}", "hello\n", expect: "hello");

    private static async Task SmallServicesAsync(Stage stage)
    {
        await stage.SockAsync($"connect localhost {stage.Services["echo"]}", "the same again\n", expect: "the same again");
        await stage.SockAsync($"connect --send-only localhost {stage.Services["discard"]}", "never seen again\n");
        await stage.SockAsync($"time --daytime --port {stage.Services["daytime"]} localhost");
        await stage.SockAsync($"connect --recv-only localhost {stage.Services["qotd"]}");
        await stage.SockAsync($"connect --udp --replies 1 localhost {stage.Services["chargen"]}", "any\n");
    }

    private static async Task TimeAsync(Stage stage)
    {
        await stage.SockAsync($"time --port {stage.Services["time"]} localhost");
        await stage.SockAsync($"time --tcp --utc --port {stage.Services["time"]} localhost");
    }

    private static Task WriteErrorAsync(Stage stage) => stage.TalkAsync(
        "the server hangs up on the last words, and closing says so", async () =>
        {
            var connection = await Connection.ConnectAsync("localhost", stage.Services.Resetting, cancel: stage.Cancel);
            try
            {
                await connection.Lines.WriteAsync("first words\nlast words\n", stage.Cancel);
                await connection.CloseAsync(stage.Cancel);
                return false;
            }
            catch (NetException error)
            {
                stage.Show("says", error.Message, Colour.Faint);
                return error.Blame == NetBlame.Broken;
            }
        });

    private static Task TimeoutAsync(Stage stage) =>
        stage.SockAsync($"connect --idle 200ms localhost {stage.Services.Silent}", exitCode: ExitCodes.Time, expect: "no byte came");

    private static async Task FamiliesAsync(Stage stage)
    {
        await stage.SockAsync($"connect -4 localhost {stage.Services["echo"]}", "over IPv4\n", expect: "over IPv4");
        if (System.Net.Sockets.Socket.OSSupportsIPv6)
            await stage.SockAsync($"connect -6 localhost {stage.Services["echo"]}", "over IPv6\n", expect: "over IPv6");
        var path = Path.Combine(Path.GetTempPath(), $"sock-tour-{Environment.ProcessId}");
        await using var server = stage.Services.EchoAt(Address.Unix(path));
        await stage.SockAsync($"connect --unix {path}", "by a path\n", expect: "by a path");
    }

    private static async Task ErrorsAsync(Stage stage)
    {
        await stage.SockAsync("get localhost htpt /", exitCode: ExitCodes.Usage, expect: "Couldn't find your port: ");
        await stage.SockAsync("get nowhere.invalid http /", exitCode: ExitCodes.Name, expect: "Address-related error connecting to server: ");
        await stage.SockAsync($"get localhost {await FreePortAsync()} /", exitCode: ExitCodes.Reach, expect: "Connection error: ");
        await stage.SockAsync($"get --timeout 200ms localhost {stage.Services.Silent} /", exitCode: ExitCodes.Time, expect: "Error receiving data: ");
        await stage.SockAsync($"connect localhost {stage.Services.Resetting}", "hello\n", exitCode: ExitCodes.Broken, expect: "reset");
    }

    /// <summary>A port where nobody listens: it was free a moment ago.</summary>
    private static async Task<int> FreePortAsync()
    {
        await using var listener = Listener.Listen("localhost:0");
        return listener.LocalAddress.Port;
    }
}
