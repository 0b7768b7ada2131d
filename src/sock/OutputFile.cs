using System.Runtime.Versioning;
using Sockeye.Tool.Platform;
using Sockeye.Tool.Sessions;

namespace Sockeye.Tool;

/// <summary>A file that data is written to, whose failures are told in plain words: a plain descriptor, which the system can move
/// bytes to by itself; on Windows, which has none, this stream.</summary>
internal sealed class OutputFile : WriteOnlyStream
{
    private readonly string _path;
    private readonly FileStream _file;

    private OutputFile(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>Creates the file, or empties it, or goes on behind what is in it.</summary>
    public static Stream Create(string path, bool append = false)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
                return OfDescriptor(path, append);
            var mode = append ? FileMode.Append : FileMode.Create;
            return new OutputFile(path, new FileStream(path, mode, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, error);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static DescriptorStream OfDescriptor(string path, bool append)
    {
        var handle = File.OpenHandle(path, append ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        if (append)
            Unix.SeekEnd(handle);
        return new(handle, FileAccess.Write, $"'{path}'");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _file.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            throw Failed(_path, error);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _file.Write(buffer);
        }
        catch (IOException error)
        {
            throw Failed(_path, error);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        base.Dispose(disposing);
    }

    private static IOException Failed(string path, Exception error) => new($"cannot write '{path}': {ReasonOf(error, path)}", error) { HResult = error.HResult };

    private static string ReasonOf(Exception error, string path) => error switch
    {
        UnauthorizedAccessException when Directory.Exists(path) => "it is a directory",
        UnauthorizedAccessException => "permission denied",
        DirectoryNotFoundException => "there is no such directory",
        PathTooLongException => "its name is too long",
        // The system's own words; .NET puts the path behind them.
        _ => error.Message.Split(" : '")[0].ToLowerInvariant(),
    };
}
