namespace TorchSharp;

/// <summary>The dispose scopes of one thread, innermost last.</summary>
public class DisposeScopeManager
{
    [ThreadStatic] private static DisposeScopeManager? Singleton;

    internal static DisposeScopeManager ThreadSingleton => Singleton ??= new();

    public static ThreadDisposeScopeStatistics Statistics => ThreadSingleton.StatisticsInstance;

    internal ThreadDisposeScopeStatistics StatisticsInstance { get; } = new();

    internal DisposeScope? CurrentDisposeScope { get; private set; }

    internal static DisposeScope NewDisposeScope()
    {
        DisposeScopeManager manager = ThreadSingleton;
        return manager.CurrentDisposeScope = new DisposeScope(manager, manager.CurrentDisposeScope);
    }

    /// <summary>Enters something new into the current scope, if there is one.</summary>
    internal DisposeScope? Register(IScoped created)
    {
        LifetimeStatistics statistics = StatisticsOf(created);
        if (CurrentDisposeScope is not { } scope)
        {
            statistics.CreatedOutside();
            return null;
        }
        statistics.CreatedInScope();
        scope.Add(created);
        return scope;
    }

    internal void Remove(DisposeScope scope)
    {
        if (ReferenceEquals(CurrentDisposeScope, scope))
        {
            CurrentDisposeScope = scope.OuterScope;
            return;
        }
        for (DisposeScope? inner = CurrentDisposeScope; inner is not null; inner = inner.OuterScope)
        {
            if (!ReferenceEquals(inner.OuterScope, scope)) continue;
            inner.OuterScope = scope.OuterScope;
            return;
        }
    }

    internal LifetimeStatistics StatisticsOf(IScoped scoped) =>
        scoped is torch.Tensor ? StatisticsInstance.TensorStatistics : StatisticsInstance.PackedSequenceStatistics;
}

/// <summary>How many tensors one thread made, disposed and moved; a count that grows without end is a leak.</summary>
public class LifetimeStatistics
{
    private long _createdOutside, _createdIn, _disposedOutside, _disposedIn, _detached, _attached;

    public long CreatedOutsideScopeCount => Interlocked.Read(ref _createdOutside);
    public long CreatedInScopeCount => Interlocked.Read(ref _createdIn);
    public long DisposedOutsideScopeCount => Interlocked.Read(ref _disposedOutside);
    public long DisposedInScopeCount => Interlocked.Read(ref _disposedIn);
    public long DetachedFromScopeCount => Interlocked.Read(ref _detached);
    public long AttachedToScopeCount => Interlocked.Read(ref _attached);
    public long ThreadTotalLiveCount => CreatedOutsideScopeCount + CreatedInScopeCount - DisposedOutsideScopeCount - DisposedInScopeCount;

    public void Reset() => _createdOutside = _createdIn = _disposedOutside = _disposedIn = _detached = _attached = 0;

    public override string ToString() =>
        $"ThreadTotalLiveCount: {ThreadTotalLiveCount}; CreatedOutsideScopeCount: {CreatedOutsideScopeCount}; CreatedInScopeCount: {CreatedInScopeCount}; " +
        $"DisposedOutsideScopeCount: {DisposedOutsideScopeCount}; DisposedInScopeCount: {DisposedInScopeCount}; " +
        $"DetachedFromScopeCount: {DetachedFromScopeCount}; AttachedToScopeCount: {AttachedToScopeCount}";

    // Only the owning thread creates; scopes may be emptied from others.
    internal void CreatedOutside() => _createdOutside++;
    internal void CreatedInScope() => _createdIn++;
    internal void DisposedOutside() => Interlocked.Increment(ref _disposedOutside);
    internal void DisposedInScope() => Interlocked.Increment(ref _disposedIn);
    internal void Detached() => Interlocked.Increment(ref _detached);
    internal void Attached() => Interlocked.Increment(ref _attached);
}

/// <summary>The statistics of one thread, for tensors and packed sequences, and their sums.</summary>
public class ThreadDisposeScopeStatistics
{
    public LifetimeStatistics TensorStatistics { get; } = new();
    public LifetimeStatistics PackedSequenceStatistics { get; } = new();

    public long CreatedOutsideScopeCount => TensorStatistics.CreatedOutsideScopeCount + PackedSequenceStatistics.CreatedOutsideScopeCount;
    public long CreatedInScopeCount => TensorStatistics.CreatedInScopeCount + PackedSequenceStatistics.CreatedInScopeCount;
    public long DisposedOutsideScopeCount => TensorStatistics.DisposedOutsideScopeCount + PackedSequenceStatistics.DisposedOutsideScopeCount;
    public long DisposedInScopeCount => TensorStatistics.DisposedInScopeCount + PackedSequenceStatistics.DisposedInScopeCount;
    public long DetachedFromScopeCount => TensorStatistics.DetachedFromScopeCount + PackedSequenceStatistics.DetachedFromScopeCount;
    public long AttachedToScopeCount => TensorStatistics.AttachedToScopeCount + PackedSequenceStatistics.AttachedToScopeCount;
    public long ThreadTotalLiveCount => TensorStatistics.ThreadTotalLiveCount + PackedSequenceStatistics.ThreadTotalLiveCount;

    public void Reset()
    {
        TensorStatistics.Reset();
        PackedSequenceStatistics.Reset();
    }

    public override string ToString() => $"Tensors: {TensorStatistics}; packed sequences: {PackedSequenceStatistics}";
}
