using System.Globalization;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The base of chains whose members do not all take and give one tensor: a derived class says in <c>forward</c> how they run.</summary>
public abstract class Sequential<T, TResult> : nn.Module<T, TResult>
{
    protected internal Sequential(params (string name, nn.Module submodule)[] modules) : base(nameof(Sequential))
    {
        foreach ((string name, nn.Module module) in modules) Add(name, module);
    }

    protected internal Sequential(params nn.Module[] modules) : base(nameof(Sequential))
    {
        foreach (nn.Module module in modules) Add(module);
    }

    public int Count => _internal_submodules.Count;

    public nn.Module this[int index] => _internal_submodules[index].Item2;

    public Sequential<T, TResult> this[(int? start, int? end) index] => Slice(index.start ?? 0, Chain.End(index.end, Count));

    public Sequential<T, TResult> this[Range index] => Slice(index.Start.GetOffset(Count), index.End.GetOffset(Count));

    public Sequential<T, TResult> append(nn.Module module)
    {
        Add(module);
        return this;
    }

    public Sequential<T, TResult> append(string name, nn.Module module)
    {
        Add(name, module);
        return this;
    }

    protected void Add(nn.Module module) => Add(Count.ToString(CultureInfo.InvariantCulture), module);

    protected void Add(string name, nn.Module sm) => register_module(name, sm);

    protected virtual Sequential<T, TResult> Slice(int start, int end) => throw Chain.NoSlices(GetType());

    private protected override bool RegistersFields => false;
}

/// <inheritdoc cref="Sequential{T, TResult}"/>
public abstract class Sequential<T1, T2, TResult> : nn.Module<T1, T2, TResult>
{
    protected internal Sequential(params (string name, nn.Module submodule)[] modules) : base(nameof(Sequential))
    {
        foreach ((string name, nn.Module module) in modules) Add(name, module);
    }

    protected internal Sequential(params nn.Module[] modules) : base(nameof(Sequential))
    {
        foreach (nn.Module module in modules) Add(module);
    }

    public int Count => _internal_submodules.Count;

    public nn.Module this[int index] => _internal_submodules[index].Item2;

    public Sequential<T1, T2, TResult> this[(int? start, int? end) index] => Slice(index.start ?? 0, Chain.End(index.end, Count));

    public Sequential<T1, T2, TResult> this[Range index] => Slice(index.Start.GetOffset(Count), index.End.GetOffset(Count));

    public Sequential<T1, T2, TResult> append(nn.Module module)
    {
        Add(module);
        return this;
    }

    public Sequential<T1, T2, TResult> append(string name, nn.Module module)
    {
        Add(name, module);
        return this;
    }

    protected void Add(nn.Module module) => Add(Count.ToString(CultureInfo.InvariantCulture), module);

    protected void Add(string name, nn.Module sm) => register_module(name, sm);

    protected virtual Sequential<T1, T2, TResult> Slice(int start, int end) => throw Chain.NoSlices(GetType());

    private protected override bool RegistersFields => false;
}

/// <inheritdoc cref="Sequential{T, TResult}"/>
public abstract class Sequential<T1, T2, T3, TResult> : nn.Module<T1, T2, T3, TResult>
{
    protected internal Sequential(params (string name, nn.Module submodule)[] modules) : base(nameof(Sequential))
    {
        foreach ((string name, nn.Module module) in modules) Add(name, module);
    }

    protected internal Sequential(params nn.Module[] modules) : base(nameof(Sequential))
    {
        foreach (nn.Module module in modules) Add(module);
    }

    public int Count => _internal_submodules.Count;

    public nn.Module this[int index] => _internal_submodules[index].Item2;

    public Sequential<T1, T2, T3, TResult> this[(int? start, int? end) index] => Slice(index.start ?? 0, Chain.End(index.end, Count));

    public Sequential<T1, T2, T3, TResult> this[Range index] => Slice(index.Start.GetOffset(Count), index.End.GetOffset(Count));

    public Sequential<T1, T2, T3, TResult> append(nn.Module module)
    {
        Add(module);
        return this;
    }

    public Sequential<T1, T2, T3, TResult> append(string name, nn.Module module)
    {
        Add(name, module);
        return this;
    }

    protected void Add(nn.Module module) => Add(Count.ToString(CultureInfo.InvariantCulture), module);

    protected void Add(string name, nn.Module sm) => register_module(name, sm);

    protected virtual Sequential<T1, T2, T3, TResult> Slice(int start, int end) => throw Chain.NoSlices(GetType());

    private protected override bool RegistersFields => false;
}

/// <inheritdoc cref="Sequential{T, TResult}"/>
public abstract class Sequential<T1, T2, T3, T4, TResult> : nn.Module<T1, T2, T3, T4, TResult>
{
    protected internal Sequential(params (string name, nn.Module submodule)[] modules) : base(nameof(Sequential))
    {
        foreach ((string name, nn.Module module) in modules) Add(name, module);
    }

    protected internal Sequential(params nn.Module[] modules) : base(nameof(Sequential))
    {
        foreach (nn.Module module in modules) Add(module);
    }

    public int Count => _internal_submodules.Count;

    public nn.Module this[int index] => _internal_submodules[index].Item2;

    public Sequential<T1, T2, T3, T4, TResult> this[(int? start, int? end) index] => Slice(index.start ?? 0, Chain.End(index.end, Count));

    public Sequential<T1, T2, T3, T4, TResult> this[Range index] => Slice(index.Start.GetOffset(Count), index.End.GetOffset(Count));

    public Sequential<T1, T2, T3, T4, TResult> append(nn.Module module)
    {
        Add(module);
        return this;
    }

    public Sequential<T1, T2, T3, T4, TResult> append(string name, nn.Module module)
    {
        Add(name, module);
        return this;
    }

    protected void Add(nn.Module module) => Add(Count.ToString(CultureInfo.InvariantCulture), module);

    protected void Add(string name, nn.Module sm) => register_module(name, sm);

    protected virtual Sequential<T1, T2, T3, T4, TResult> Slice(int start, int end) => throw Chain.NoSlices(GetType());

    private protected override bool RegistersFields => false;
}

/// <inheritdoc cref="Sequential{T, TResult}"/>
public abstract class Sequential<T1, T2, T3, T4, T5, TResult> : nn.Module<T1, T2, T3, T4, T5, TResult>
{
    protected internal Sequential(params (string name, nn.Module submodule)[] modules) : base(nameof(Sequential))
    {
        foreach ((string name, nn.Module module) in modules) Add(name, module);
    }

    protected internal Sequential(params nn.Module[] modules) : base(nameof(Sequential))
    {
        foreach (nn.Module module in modules) Add(module);
    }

    public int Count => _internal_submodules.Count;

    public nn.Module this[int index] => _internal_submodules[index].Item2;

    public Sequential<T1, T2, T3, T4, T5, TResult> this[(int? start, int? end) index] => Slice(index.start ?? 0, Chain.End(index.end, Count));

    public Sequential<T1, T2, T3, T4, T5, TResult> this[Range index] => Slice(index.Start.GetOffset(Count), index.End.GetOffset(Count));

    public Sequential<T1, T2, T3, T4, T5, TResult> append(nn.Module module)
    {
        Add(module);
        return this;
    }

    public Sequential<T1, T2, T3, T4, T5, TResult> append(string name, nn.Module module)
    {
        Add(name, module);
        return this;
    }

    protected void Add(nn.Module module) => Add(Count.ToString(CultureInfo.InvariantCulture), module);

    protected void Add(string name, nn.Module sm) => register_module(name, sm);

    protected virtual Sequential<T1, T2, T3, T4, T5, TResult> Slice(int start, int end) => throw Chain.NoSlices(GetType());

    private protected override bool RegistersFields => false;
}

/// <inheritdoc cref="Sequential{T, TResult}"/>
public abstract class Sequential<T1, T2, T3, T4, T5, T6, TResult> : nn.Module<T1, T2, T3, T4, T5, T6, TResult>
{
    protected internal Sequential(params (string name, nn.Module submodule)[] modules) : base(nameof(Sequential))
    {
        foreach ((string name, nn.Module module) in modules) Add(name, module);
    }

    protected internal Sequential(params nn.Module[] modules) : base(nameof(Sequential))
    {
        foreach (nn.Module module in modules) Add(module);
    }

    public int Count => _internal_submodules.Count;

    public nn.Module this[int index] => _internal_submodules[index].Item2;

    public Sequential<T1, T2, T3, T4, T5, T6, TResult> this[(int? start, int? end) index] => Slice(index.start ?? 0, Chain.End(index.end, Count));

    public Sequential<T1, T2, T3, T4, T5, T6, TResult> this[Range index] => Slice(index.Start.GetOffset(Count), index.End.GetOffset(Count));

    public Sequential<T1, T2, T3, T4, T5, T6, TResult> append(nn.Module module)
    {
        Add(module);
        return this;
    }

    public Sequential<T1, T2, T3, T4, T5, T6, TResult> append(string name, nn.Module module)
    {
        Add(name, module);
        return this;
    }

    protected void Add(nn.Module module) => Add(Count.ToString(CultureInfo.InvariantCulture), module);

    protected void Add(string name, nn.Module sm) => register_module(name, sm);

    protected virtual Sequential<T1, T2, T3, T4, T5, T6, TResult> Slice(int start, int end) => throw Chain.NoSlices(GetType());

    private protected override bool RegistersFields => false;
}

internal static class Chain
{
    /// <summary>Where a slice ends: at the last module if not said, and counted from there if negative.</summary>
    public static int End(int? end, int count) => end is not { } value ? count : value < 0 ? count + value : Math.Min(value, count);

    public static NotSupportedException NoSlices(Type type) => new($"{type.Name} does not say how it is sliced: override Slice(start, end).");
}
