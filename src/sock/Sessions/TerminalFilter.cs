using System.Buffers;
using System.Text;

namespace Sockeye.Tool.Sessions;

/// <summary>
/// Shows a peer's bytes on a terminal without letting them command it: UTF-8 text, tabs and line ends pass; other control
/// characters, the ones that turn text around, and bytes that are no UTF-8 are made visible.
/// </summary>
/// <param name="terminal">Where to write.</param>
/// <param name="showsDatagrams">Whether each write is a datagram: it then gets lines of its own, and an empty one is told.</param>
internal sealed class TerminalFilter(Stream terminal, bool showsDatagrams = false) : WriteOnlyStream
{
    private readonly ArrayBufferWriter<byte> _shown = new();
    private byte[] _held = [];
    private bool _isMidLine;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _shown.ResetWrittenCount();
        Show(_held.Length == 0 ? buffer.Span : (byte[])[.. _held, .. buffer.Span]);
        if (showsDatagrams)
            EndDatagram(buffer.Span);
        if (_shown.WrittenCount > 0)
            _isMidLine = _shown.WrittenSpan[^1] != '\n';
        return terminal.WriteAsync(_shown.WrittenMemory, cancellationToken);
    }

    /// <summary>Shows what was held back because more might have followed, and ends the line for whatever comes next.</summary>
    public ValueTask FinishAsync()
    {
        _shown.ResetWrittenCount();
        ShowHeld();
        if (_isMidLine || _shown.WrittenCount > 0)
            _shown.Write("\n"u8);
        _isMidLine = false;
        return terminal.WriteAsync(_shown.WrittenMemory);
    }

    private void Show(ReadOnlySpan<byte> bytes)
    {
        _held = [];
        while (!bytes.IsEmpty)
        {
            var plain = bytes.IndexOfAnyExcept(Plain);
            if (plain != 0)
            {
                plain = plain < 0 ? bytes.Length : plain;
                _shown.Write(bytes[..plain]);
                bytes = bytes[plain..];
                continue;
            }
            if (MayGoOn(bytes))
            {
                _held = bytes.ToArray();
                return;
            }
            bytes = bytes[ShowOne(bytes)..];
        }
    }

    /// <summary>A character, or a line end, of which the rest may come with the next read.</summary>
    private static bool MayGoOn(ReadOnlySpan<byte> bytes) =>
        bytes is [(byte)'\r'] || Rune.DecodeFromUtf8(bytes, out _, out _) == OperationStatus.NeedMoreData;

    private int ShowOne(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\r\n"u8))
        {
            _shown.Write("\r\n"u8);
            return 2;
        }
        var isCharacter = Rune.DecodeFromUtf8(bytes, out var character, out var length) == OperationStatus.Done;
        if (!isCharacter)
            ShowInvalid(bytes[..length]);
        else if (character.Value < 0x20 || character.Value == 0x7f)
            _shown.Write([(byte)'^', (byte)(character.Value ^ 0x40)]);
        else if (IsCommand(character))
            _shown.Write(Encoding.UTF8.GetBytes($"<U+{character.Value:X4}>"));
        else
            _shown.Write(bytes[..length]);
        return length;
    }

    private void ShowInvalid(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            _shown.Write(Encoding.UTF8.GetBytes($"\\x{value:x2}"));
    }

    private void ShowHeld()
    {
        if (_held is [(byte)'\r'])
            _shown.Write("^M"u8);
        else
            ShowInvalid(_held);
        _held = [];
    }

    private void EndDatagram(ReadOnlySpan<byte> datagram)
    {
        ShowHeld();
        if (datagram.IsEmpty)
            _shown.Write("(empty datagram)\n"u8);
        else if (!datagram.EndsWith("\n"u8))
            _shown.Write("\n"u8);
    }

    /// <summary>C1 controls, and the invisible ones that reorder or break lines of text (Unicode UAX #9, UAX #14).</summary>
    private static bool IsCommand(Rune character) => character.Value is
        >= 0x80 and <= 0x9f or 0x061c or 0x200e or 0x200f or 0x2028 or 0x2029 or (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069);

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        "\t\n !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);
}
