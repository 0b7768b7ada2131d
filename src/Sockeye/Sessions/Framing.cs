namespace Sockeye.Sessions;

/// <summary>How a stream of input is cut into messages.</summary>
public enum Framing
{
    /// <summary>A message for each read: what a program wrote into a pipe at once, or a line typed at a terminal with its end.</summary>
    Read,

    /// <summary>A message for each line, without its end (LF or CR LF); an empty line is an empty message. With
    /// <see cref="SessionOptions.Crlf"/> each ends in CR LF.</summary>
    Line,

    /// <summary>A message up to each NUL, without it.</summary>
    Nul,

    /// <summary>All of the input as one message, also if it is empty.</summary>
    Whole,

    /// <summary>A message for every <see cref="SessionOptions.FrameSize"/> bytes.</summary>
    Block,
}
