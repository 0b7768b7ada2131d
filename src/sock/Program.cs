using Sockeye.Tool;
using Sockeye.Tool.Platform;

StandardStreams.FillGaps();
var stop = StopSignals.Watch();
var command = CommandTree.Parse(args);
try
{
    UsageErrors.ThrowIfAny(command);
    return await command.InvokeAsync(CommandTree.Invocation, stop.Token);
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    return stop.ExitCode;
}
catch (Exception error)
{
    return Failure.Report(error, command);
}
