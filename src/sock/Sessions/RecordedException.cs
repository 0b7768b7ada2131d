namespace Sockeye.Tool.Sessions;

/// <summary>An error or interruption of a conversation, with what else is known of it: both are told as one object.</summary>
internal sealed class RecordedException(Exception error, SessionRecord record) : Exception(error.Message, error)
{
    public Exception Error { get; } = error;

    public SessionRecord Record { get; } = record;
}
