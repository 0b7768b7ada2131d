using Sockeye.Tool;
using Sockeye.Tool.Platform;
using Sockeye.Tool.Sessions;

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
catch (RecordedException interrupted) when (interrupted.Error is OperationCanceledException && stop.Token.IsCancellationRequested)
{
    Terminal.Say(interrupted.Record.Tell(stop.ExitCode));
    return stop.ExitCode;
}
catch (Exception error)
{
    return Failure.Report(error, command);
}
