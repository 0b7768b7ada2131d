namespace Sockeye.Tool;

/// <summary>The conversation went well, and its result is that what was asked for cannot be had.</summary>
internal sealed class BadStatusException(string message) : Exception(message);
