using System.Net;
using System.Net.Sockets;

namespace Sockeye.Tests.Pages.FromDotnet;

/// <summary>A name server that answers when it is told to: every name is 127.0.0.1, and has no other records.</summary>
internal sealed class SlowNameServer : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 53));

    /// <summary>Waits for the next two questions, answers them, and says which ports they came from.</summary>
    public async Task<int[]> AnswerTwoAsync()
    {
        var questions = new[] { await _socket.ReceiveAsync(), await _socket.ReceiveAsync() };
        foreach (var question in questions)
            await _socket.SendAsync(Answer(question.Buffer), question.RemoteEndPoint);
        return [.. questions.Select(question => question.RemoteEndPoint.Port)];
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>RFC 1035, section 4.1: the header of 12 bytes, the question as it came, and one A record if that was asked for.</summary>
    private static byte[] Answer(byte[] question)
    {
        var name = 12;
        while (question[name] != 0)
            name += question[name] + 1;
        var isForA = question[name + 2] == 1;
        return
        [
            .. question[..2], 0x81, 0x80, 0, 1, 0, (byte)(isForA ? 1 : 0), 0, 0, 0, 0,
            .. question[12..(name + 5)],
            .. isForA ? LoopbackRecord : [],
        ];
    }

    // The name is the one at offset 12; type A, class IN, for 60 s, 4 bytes.
    private static readonly byte[] LoopbackRecord = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1];
}
