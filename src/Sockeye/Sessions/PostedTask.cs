namespace Sockeye.Sessions;

/// <summary>A task that begins on another thread, in the context of who posts it (its activity, its async locals).</summary>
internal sealed class PostedTask(Func<Task> run) : IThreadPoolWorkItem
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly TaskCompletionSource<Task> _begun = new();

    /// <summary>Ends as the task does.</summary>
    public Task Completion => _begun.Task.Unwrap();

    public void Execute()
    {
        if (_context is null)
            Begin();
        else
            ExecutionContext.Run(_context, static task => ((PostedTask)task!).Begin(), this);
    }

    private void Begin() => _begun.SetResult(run());
}
