using System.Buffers;

namespace Sockeye.Sessions;

/// <summary>Cuts a stream of bytes into messages, wherever its reads happen to have been cut.</summary>
internal sealed class Framer
{
    private readonly byte? _delimiter;
    private readonly int _size = int.MaxValue;
    private readonly bool _isWhole;
    private readonly bool _isLine;
    private readonly bool _endsInCrlf;
    private readonly ArrayBufferWriter<byte> _begun = new();
    private ReadOnlyMemory<byte> _input;
    private bool _begunWasTaken;

    public Framer(SessionOptions options)
    {
        _isLine = options.Framing == Framing.Line;
        _isWhole = options.Framing == Framing.Whole;
        _endsInCrlf = _isLine && options.Crlf;
        _delimiter = options.Framing switch { Framing.Line => (byte)'\n', Framing.Nul => 0, _ => null };
        if (options.Framing == Framing.Block)
            _size = options.FrameSize;
    }

    /// <summary>Bytes that are in no message taken so far.</summary>
    public int PendingCount => _input.Length + (_begunWasTaken ? 0 : _begun.WrittenCount);

    /// <summary>Gives it the next bytes; they must stay as they are until <see cref="TryTake"/> says false.</summary>
    public void Add(ReadOnlyMemory<byte> bytes) => _input = bytes;

    /// <summary>The next complete message, valid until the next call.</summary>
    /// <exception cref="NetException">A message is too large for any datagram.</exception>
    public bool TryTake(out ReadOnlyMemory<byte> message)
    {
        DropTaken();
        var (length, delimiter) = FindEnd();
        if (length < 0)
        {
            Keep(_input);
            _input = default;
            message = default;
            return false;
        }
        message = Complete(_input[..length]);
        _input = _input[(length + delimiter)..];
        return true;
    }

    /// <summary>What is left at the end of input, if that makes a message.</summary>
    public bool TryTakeLast(out ReadOnlyMemory<byte> message)
    {
        DropTaken();
        var hasLast = _begun.WrittenCount > 0 || _isWhole;
        message = hasLast ? Complete(default) : default;
        return hasLast;
    }

    private (int Length, int Delimiter) FindEnd()
    {
        if (_delimiter is { } delimiter)
            return (_input.Span.IndexOf(delimiter), 1);
        var missing = _size - _begun.WrittenCount;
        return (_input.Length >= missing ? missing : -1, 0);
    }

    private ReadOnlyMemory<byte> Complete(ReadOnlyMemory<byte> rest)
    {
        if (_begun.WrittenCount == 0 && !_endsInCrlf)
            return WithoutLineEnd(rest);
        Keep(rest);
        _begunWasTaken = true;
        var message = WithoutLineEnd(_begun.WrittenMemory);
        if (!_endsInCrlf)
            return message;
        if (message.Length == _begun.WrittenCount)
            _begun.Write("\r\n"u8);
        else
            _begun.Write("\n"u8);
        return _begun.WrittenMemory;
    }

    private ReadOnlyMemory<byte> WithoutLineEnd(ReadOnlyMemory<byte> line) =>
        _isLine && line.Span.EndsWith("\r"u8) ? line[..^1] : line;

    private void Keep(ReadOnlyMemory<byte> bytes)
    {
        if (_begun.WrittenCount + bytes.Length > LargestMessage)
        {
            throw new NetException(
                NetErrorKind.MessageTooLarge, NetOperation.Write, $"a message of the input is longer than {Texts.Bytes(LargestMessage)}");
        }
        _begun.Write(bytes.Span);
    }

    private void DropTaken()
    {
        if (!_begunWasTaken)
            return;
        _begun.ResetWrittenCount();
        _begunWasTaken = false;
    }

    /// <summary>More than any socket takes by default (UDP 65,507; Unix about 200 KiB on Linux): the system has the last word.</summary>
    private const int LargestMessage = 1024 * 1024;
}
