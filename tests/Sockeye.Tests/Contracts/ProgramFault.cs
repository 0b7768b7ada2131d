using System.Net.Sockets;

namespace Sockeye.Tests.Contracts;

/// <summary>A way for the program to fail, and what it has to say then.</summary>
/// <param name="Situation">What is wrong.</param>
/// <param name="Line">What the user types behind <c>sock</c>, in words between blanks; <c>~</c> stands for a blank within a word, and a
/// word in braces for a piece of the <see cref="FaultScenery"/>.</param>
/// <param name="ExitCode">What it ends with.</param>
/// <param name="Kind">The error's kind; null where no network is to blame.</param>
/// <param name="Says">A pattern: how its one line goes on behind <c>sock: </c>.</param>
internal sealed record ProgramFault(string Situation, string Line, int ExitCode, NetErrorKind? Kind, string Says)
{
    /// <summary>What the peer at <c>{peer}</c> does with each connection, over TCP.</summary>
    public Action<Socket> Peer { get; init; } = FaultScenery.StaySilent;

    /// <summary>What the peer at <c>{peer}</c> answers to each datagram; null for nothing.</summary>
    public string? Reply { get; init; }

    /// <summary>What is typed at it.</summary>
    public string Input { get; init; } = "";

    /// <summary>Whether the input then stays open.</summary>
    public bool InputStaysOpen { get; init; }

    /// <summary>A pattern: what it says first, before anything is wrong.</summary>
    public string Announcement { get; init; } = "";

    /// <summary>What has come to standard output all the same; null for anything.</summary>
    public string? Output { get; init; } = "";
}
