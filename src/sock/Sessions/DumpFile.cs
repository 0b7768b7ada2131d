using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sockeye.Sessions;

namespace Sockeye.Tool.Sessions;

/// <summary>Where every byte of one or many conversations is shown (<c>-x</c>): a file, or standard error.</summary>
internal sealed class DumpFile : IDisposable
{
    private readonly Stream? _file;
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _unnamed;

    /// <summary>Opens it, and says in a file when the times begin to count.</summary>
    /// <param name="path">The file; <see cref="StandardError"/> for none.</param>
    /// <param name="append">Whether to go on behind what is there.</param>
    public DumpFile(string path, bool append)
    {
        if (path == StandardError)
            return;
        _file = OutputFile.Create(path, append);
        Write(string.Create(CultureInfo.InvariantCulture, $"# times count from {TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm:ss.ffffff} UTC\n"));
    }

    /// <summary>What a peer is called in it. A Unix peer mostly has no name, and gets a number.</summary>
    public string NameOf(Address peer) => peer.Path is "" ? $"caller-{Interlocked.Increment(ref _unnamed)}" : Terminal.Harmless(peer.ToString());

    /// <summary>Shows what one of them has said or was told.</summary>
    public void Show(SessionChunk chunk, string? peer) => Write(HexDump.Of(chunk, _watch.Elapsed, peer));

    public void Dispose() => _file?.Dispose();

    private void Write(string lines)
    {
        lock (_lock)
        {
            if (_file is null)
                Terminal.Say(lines.TrimEnd('\n'));
            else
                _file.Write(Encoding.UTF8.GetBytes(lines));
        }
    }

    public const string StandardError = "-";
}
