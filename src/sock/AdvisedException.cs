namespace Sockeye.Tool;

/// <summary>An error together with a next step that only the verb it came up in can know.</summary>
internal sealed class AdvisedException(Exception error, string advice) : Exception(error.Message, error)
{
    public Exception Error { get; } = error;

    public string Advice { get; } = advice;
}
