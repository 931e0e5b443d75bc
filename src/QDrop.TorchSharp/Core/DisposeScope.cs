namespace TorchSharp;

/// <summary>What can belong to a dispose scope.</summary>
internal interface IScoped : IDisposable
{
    DisposeScope? OwningDisposeScope { get; set; }
}

/// <summary>
/// Disposes, when it is left, every tensor that was made on its thread since it was entered and was not moved out of it.
/// Scopes nest. Members may be called from other threads than the scope's own.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager? _manager;
    private readonly Lock _lock = new();
    private HashSet<IDisposable> _disposables = new(ReferenceEqualityComparer.Instance);

    internal DisposeScope(DisposeScopeManager manager, DisposeScope? outer)
    {
        _manager = manager;
        OuterScope = outer;
    }

    internal DisposeScope? OuterScope { get; set; }

    public IReadOnlyList<IDisposable> DisposablesView
    {
        get
        {
            lock (_lock) return [.. _disposables];
        }
    }

    public int DisposablesCount
    {
        get
        {
            lock (_lock) return _disposables.Count;
        }
    }

    public bool Contains(IDisposable disposable)
    {
        lock (_lock) return _disposables.Contains(disposable);
    }

    public T MoveToOuter<T>(T disposable) where T : IDisposable
    {
        MoveToOuter((IEnumerable<IDisposable>)[disposable]);
        return disposable;
    }

    public (T1, T2) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        MoveToOuter((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1, T2, T3) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        MoveToOuter((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        MoveToOther(scope, (IEnumerable<IDisposable>)[disposable]);
        return disposable;
    }

    public (T1, T2) MoveToOther<T1, T2>(DisposeScope? scope, T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        MoveToOther(scope, (IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1, T2, T3) MoveToOther<T1, T2, T3>(DisposeScope? scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        MoveToOther(scope, (IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) => MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables) Move(disposable, scope);
    }

    public T Detach<T>(T disposable) where T : IDisposable
    {
        Detach((IEnumerable<IDisposable>)[disposable]);
        return disposable;
    }

    public (T1, T2) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        Detach((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1, T2, T3) Detach<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        Detach((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            if (!Remove(disposable)) continue;
            SetOwner(disposable, null);
            if (disposable is IScoped scoped) _manager?.StatisticsOf(scoped).Detached();
        }
    }

    public void Attach(IDisposable disposable) => Attach((IEnumerable<IDisposable>)[disposable]);

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var attached = disposables as IReadOnlyList<IDisposable> ?? [.. disposables];
        foreach (IDisposable disposable in attached)
        {
            if (disposable is IScoped { OwningDisposeScope: { } owner })
            {
                owner.Move(disposable, this);
                continue;
            }
            Add(disposable);
            SetOwner(disposable, this);
            if (disposable is IScoped scoped) _manager?.StatisticsOf(scoped).Attached();
        }
        return attached;
    }

    public void DisposeEverything() => DisposeEverythingBut([]);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public (T1, T2) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1, T2, T3) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third) where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        HashSet<IDisposable> old;
        lock (_lock)
        {
            old = _disposables;
            _disposables = new(ReferenceEqualityComparer.Instance);
            foreach (IDisposable kept in old)
                if (keep.Contains(kept)) _disposables.Add(kept);
        }
        foreach (IDisposable disposable in old)
        {
            if (keep.Contains(disposable)) continue;
            // The owner stays set during Dispose, so that the statistics count it as disposed in its scope.
            disposable.Dispose();
        }
    }

    /// <summary>Called by what this scope owns when it is disposed by itself.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        Remove(disposable);
        SetOwner(disposable, null);
        if (disposable is IScoped scoped) _manager?.StatisticsOf(scoped).DisposedInScope();
    }

    public void Dispose()
    {
        DisposeEverything();
        _manager?.Remove(this);
    }

    internal void Add(IDisposable disposable)
    {
        lock (_lock) _disposables.Add(disposable);
    }

    internal bool Remove(IDisposable disposable)
    {
        lock (_lock) return _disposables.Remove(disposable);
    }

    private void Move(IDisposable disposable, DisposeScope? target)
    {
        if (ReferenceEquals(target, this) || !Remove(disposable)) return;
        target?.Add(disposable);
        SetOwner(disposable, target);
        if (target is null && disposable is IScoped scoped) _manager?.StatisticsOf(scoped).Detached();
    }

    private static void SetOwner(IDisposable disposable, DisposeScope? owner)
    {
        if (disposable is IScoped scoped) scoped.OwningDisposeScope = owner;
    }
}
