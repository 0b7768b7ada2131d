using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sockeye.Measuring;

/// <summary>
/// One run of a scan, on a thread of its own: it begins as many tries as places, pace and reader allow, takes what has
/// ended, gives up what takes too long, and waits when there is nothing to do.
/// <code>
/// targets ─► Begin ─► Prober ─► Settle ─► reports, a batch at a time ─► reader
///              ▲                   │
///              └── again: the host's next address, or later when something has run out
/// </code>
/// </summary>
internal sealed class Sweep : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly ScanTargetQueue _targets;
    private readonly PortScanOptions _options;
    private readonly Prober _prober;
    private readonly Pace _pace;
    private readonly Try[] _tries;
    private readonly Stack<int> _free;
    private readonly ITimer _alarm;
    private readonly ReportQueue _reports;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;
    private int _mostUnderWay;
    private bool _isStopped;
    private bool _isOver;

    private Sweep(IEnumerable<ScanTarget> targets, PortScanOptions options)
    {
        _targets = new(targets);
        _options = options;
        _reports = new(Wake);
        _mostUnderWay = Prober.PlacesOf(options.Parallel);
        _prober = options.NewProber(_mostUnderWay);
        _pace = new(options.Rate ?? PortScanOptions.UsualRate, options.Time);
        _tries = new Try[_mostUnderWay];
        _free = new(Enumerable.Range(0, _mostUnderWay));
        _alarm = options.Time.CreateTimer(static sweep => ((Sweep)sweep!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins it.</summary>
    /// <exception cref="NetException">The system lacks what it takes.</exception>
    public static Sweep Start(IEnumerable<ScanTarget> targets, PortScanOptions options)
    {
        var sweep = Create(targets, options);
        try
        {
            new Thread(sweep.Run) { IsBackground = true, Name = "Sockeye scan" }.UnsafeStart();
            return sweep;
        }
        catch (OutOfMemoryException error)
        {
            // Said, too, when there are too many threads, or no descriptors for one.
            sweep.End(failure: null);
            throw new NetException(NetErrorKind.ResourceExhausted, NetOperation.Connect, "the system can start no thread: too many of them, or too many open files", inner: error);
        }
    }

    private static Sweep Create(IEnumerable<ScanTarget> targets, PortScanOptions options)
    {
        try
        {
            return new Sweep(targets, options);
        }
        catch (Exception error) when (ErrorMap.Covers(error))
        {
            throw ErrorMap.From(error, NetOperation.Connect);
        }
    }

    /// <summary>What is found, as it is found.</summary>
    public IAsyncEnumerable<PortReport> ReadAllAsync(CancellationToken cancel) => _reports.ReadAllAsync(cancel);

    /// <summary>Stops it, and ends when its sockets are closed.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isStopped, true);
        Wake();
        await _over.Task.ConfigureAwait(false);
    }

    private void Wake()
    {
        lock (_lock)
        {
            if (!_isOver)
                _prober.Ring();
        }
    }

    private void Run()
    {
        Exception? failure = null;
        try
        {
            while (!Volatile.Read(ref _isStopped) && HasWork)
                Step();
        }
        catch (Exception error) when (ErrorMap.Covers(error))
        {
            failure = ErrorMap.From(error, NetOperation.Connect);
        }
        finally
        {
            End(failure);
        }
    }

    private void End(Exception? failure)
    {
        lock (_lock)
            _isOver = true;
        _alarm.Dispose();
        _prober.Dispose();
        _targets.Dispose();
        _reports.Complete(failure);
        _over.SetResult();
    }

    private bool HasWork => _underWay > 0 || _targets.Peek() is not null;

    private void Step()
    {
        var begun = 0;
        while (begun < MostInStep && MayBegin())
        {
            begun++;
            Begin(_targets.Take());
        }
        if (_underWay > 0)
            _prober.Look();
        var ended = TakeEnded() + GiveUpOverdue();
        if (begun + ended > 0 || !HasWork)
            return;
        _reports.HandOver();
        SetAlarm();
        _prober.Wait();
        TakeEnded();
    }

    private bool MayBegin() => HasRoom && _targets.Peek() is { } next && (!IsPaced(next) || _pace.Left == TimeSpan.Zero);

    private bool HasRoom => _underWay < _mostUnderWay && !_reports.IsFull;

    private bool IsPaced(ScanTarget target) => _options.Rate is not null || !IPAddress.IsLoopback(target.IP);

    private void Begin(ScanTarget target)
    {
        if (IsPaced(target))
            _pace.Take();
        var place = _free.Pop();
        var began = _options.Time.GetTimestamp();
        var outcome = _prober.Begin(place, target.IP, target.Port);
        if (outcome == SocketError.InProgress)
        {
            _tries[place] = new Try(target, began);
            _underWay++;
            return;
        }
        _free.Push(place);
        Settle(target, began, outcome);
    }

    private int TakeEnded()
    {
        var count = 0;
        while (_prober.TryTake(out var place, out var outcome))
        {
            count++;
            End(place, outcome);
        }
        return count;
    }

    private int GiveUpOverdue()
    {
        if (_underWay == 0 || _options.Timeout == Timeout.InfiniteTimeSpan)
            return 0;
        var count = 0;
        for (var place = 0; place < _tries.Length; place++)
        {
            if (_tries[place].Target is null || Left(_tries[place]) > TimeSpan.Zero)
                continue;
            count++;
            _prober.GiveUp(place);
            End(place, SocketError.TimedOut);
        }
        return count;
    }

    private TimeSpan Left(Try under) => _options.Timeout - _options.Time.GetElapsedTime(under.Began);

    private void End(int place, SocketError outcome)
    {
        var (target, began) = _tries[place];
        Free(place);
        Settle(target!.Value, began, outcome);
    }

    private void Free(int place)
    {
        _tries[place] = default;
        _free.Push(place);
        _underWay--;
    }

    private void Settle(ScanTarget target, long began, SocketError outcome)
    {
        if (IsExhausted(outcome, target) && _underWay > 0)
        {
            _targets.PutBack(target);
            SlowDown();
            return;
        }
        var verdict = new Verdict(target.IP, outcome, _options.Time.GetElapsedTime(began));
        if (outcome != SocketError.Success)
            verdict = Verdict.Better(target.SoFar, verdict);
        if (outcome != SocketError.Success && target.Next is { } next)
            _targets.PutBack(next with { SoFar = verdict });
        else
            _reports.Add(verdict.ToReport(target, _options));
    }

    /// <summary>Without an address to connect from there is no port, either: then another family may do.</summary>
    private static bool IsExhausted(SocketError outcome, ScanTarget target) => outcome switch
    {
        SocketError.TooManyOpenSockets or SocketError.ProcessLimit or SocketError.NoBufferSpaceAvailable => true,
        SocketError.AddressNotAvailable => target.Next is null,
        _ => false,
    };

    /// <summary>From now on there are fewer at once, so that the rest of the program has something left, too: a part of those
    /// under way begins again later.</summary>
    private void SlowDown()
    {
        _mostUnderWay = Math.Max(1, _underWay - (_underWay / 4));
        for (var place = 0; place < _tries.Length && _underWay > _mostUnderWay; place++)
        {
            if (_tries[place].Target is not { } target)
                continue;
            _prober.GiveUp(place);
            Free(place);
            _targets.PutBack(target);
        }
    }

    /// <summary>Wakes this thread when the next try may begin or the oldest one is overdue.</summary>
    private void SetAlarm()
    {
        var due = TimeSpan.MaxValue;
        if (HasRoom && _targets.Peek() is { } next && IsPaced(next))
            due = _pace.Left;
        if (_options.Timeout != Timeout.InfiniteTimeSpan)
            due = _tries.Where(under => under.Target is not null).Select(Left).Append(due).Min();
        // Timers count in milliseconds.
        _alarm.Change(due == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(due.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
    }

    /// <summary>A try that is under way; of a place where there is none, no target.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Try(ScanTarget? Target, long Began);

    private const int MostInStep = 64;    // until it is looked what else has happened
}
