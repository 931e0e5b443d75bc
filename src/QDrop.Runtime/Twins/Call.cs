using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <summary>
/// A place where a <c>forward</c> calls a module with one argument; generated code makes it with <see cref="Sites"/>.
/// </summary>
/// <typeparam name="T">Type of the argument.</typeparam>
/// <typeparam name="TResult">Type of the result: a tensor, or a tuple or an array of tensors.</typeparam>
public sealed class Call<T, TResult> : CallSite<IModule<T, TResult>>
{
    internal Call(
        QuantizationContext context, Sites sites, string path, Feeds feeds, Func<IModule<T, TResult>?> module)
        : base(context, sites, path, feeds, module)
    {
    }

    /// <summary>Calls the quantized module.</summary>
    /// <param name="input">The argument.</param>
    /// <returns>The module's result.</returns>
    /// <exception cref="QDropException">The module cannot be quantized (QDROP232).</exception>
    public TResult forward(T input)
    {
        Called target = Target();
        return target.IsIntercepted
            ? target.Intercept<TResult>(input)
            : target.Taken(target.Module.call(target.Given(input)));
    }

    private protected override object? Run(IModule<T, TResult> module, Bundle arguments) =>
        module.call(arguments.Get<T>());
}

/// <summary>
/// A place where a <c>forward</c> calls a module with two arguments; generated code makes it with <see cref="Sites"/>.
/// </summary>
/// <typeparam name="T1">Type of the first argument.</typeparam>
/// <typeparam name="T2">Type of the second argument.</typeparam>
/// <typeparam name="TResult">Type of the result: a tensor, or a tuple or an array of tensors.</typeparam>
public sealed class Call<T1, T2, TResult> : CallSite<IModule<T1, T2, TResult>>
{
    internal Call(
        QuantizationContext context, Sites sites, string path, Feeds feeds, Func<IModule<T1, T2, TResult>?> module)
        : base(context, sites, path, feeds, module)
    {
    }

    /// <summary>Calls the quantized module.</summary>
    /// <param name="input1">The first argument.</param>
    /// <param name="input2">The second argument.</param>
    /// <returns>The module's result.</returns>
    /// <exception cref="QDropException">The module cannot be quantized (QDROP232).</exception>
    public TResult forward(T1 input1, T2 input2)
    {
        Called target = Target();
        return target.IsIntercepted
            ? target.Intercept<TResult>(input1, input2)
            : target.Taken(target.Module.call(target.Given(input1), target.Given(input2)));
    }

    private protected override object? Run(IModule<T1, T2, TResult> module, Bundle arguments) =>
        module.call(arguments.Get<T1>(), arguments.Get<T2>(1));
}

/// <summary>
/// A place where a <c>forward</c> calls a module with three arguments; generated code makes it with
/// <see cref="Sites"/>.
/// </summary>
/// <typeparam name="T1">Type of the first argument.</typeparam>
/// <typeparam name="T2">Type of the second argument.</typeparam>
/// <typeparam name="T3">Type of the third argument.</typeparam>
/// <typeparam name="TResult">Type of the result: a tensor, or a tuple or an array of tensors.</typeparam>
public sealed class Call<T1, T2, T3, TResult> : CallSite<IModule<T1, T2, T3, TResult>>
{
    internal Call(
        QuantizationContext context, Sites sites, string path, Feeds feeds, Func<IModule<T1, T2, T3, TResult>?> module)
        : base(context, sites, path, feeds, module)
    {
    }

    /// <summary>Calls the quantized module.</summary>
    /// <param name="input1">The first argument.</param>
    /// <param name="input2">The second argument.</param>
    /// <param name="input3">The third argument.</param>
    /// <returns>The module's result.</returns>
    /// <exception cref="QDropException">The module cannot be quantized (QDROP232).</exception>
    public TResult forward(T1 input1, T2 input2, T3 input3)
    {
        Called target = Target();
        return target.IsIntercepted
            ? target.Intercept<TResult>(input1, input2, input3)
            : target.Taken(target.Module.call(target.Given(input1), target.Given(input2), target.Given(input3)));
    }

    private protected override object? Run(IModule<T1, T2, T3, TResult> module, Bundle arguments) =>
        module.call(arguments.Get<T1>(), arguments.Get<T2>(1), arguments.Get<T3>(2));
}

/// <summary>
/// A place where a <c>forward</c> calls a module with four arguments; generated code makes it with <see cref="Sites"/>.
/// </summary>
/// <typeparam name="T1">Type of the first argument.</typeparam>
/// <typeparam name="T2">Type of the second argument.</typeparam>
/// <typeparam name="T3">Type of the third argument.</typeparam>
/// <typeparam name="T4">Type of the fourth argument.</typeparam>
/// <typeparam name="TResult">Type of the result: a tensor, or a tuple or an array of tensors.</typeparam>
public sealed class Call<T1, T2, T3, T4, TResult> : CallSite<IModule<T1, T2, T3, T4, TResult>>
{
    internal Call(
        QuantizationContext context,
        Sites sites,
        string path,
        Feeds feeds,
        Func<IModule<T1, T2, T3, T4, TResult>?> module)
        : base(context, sites, path, feeds, module)
    {
    }

    /// <summary>Calls the quantized module.</summary>
    /// <param name="input1">The first argument.</param>
    /// <param name="input2">The second argument.</param>
    /// <param name="input3">The third argument.</param>
    /// <param name="input4">The fourth argument.</param>
    /// <returns>The module's result.</returns>
    /// <exception cref="QDropException">The module cannot be quantized (QDROP232).</exception>
    public TResult forward(T1 input1, T2 input2, T3 input3, T4 input4)
    {
        Called target = Target();
        return target.IsIntercepted
            ? target.Intercept<TResult>(input1, input2, input3, input4)
            : target.Taken(target.Module.call(
                target.Given(input1), target.Given(input2), target.Given(input3), target.Given(input4)));
    }

    private protected override object? Run(IModule<T1, T2, T3, T4, TResult> module, Bundle arguments) =>
        module.call(arguments.Get<T1>(), arguments.Get<T2>(1), arguments.Get<T3>(2), arguments.Get<T4>(3));
}

/// <summary>
/// A place where a <c>forward</c> calls a module with five arguments; generated code makes it with <see cref="Sites"/>.
/// </summary>
/// <typeparam name="T1">Type of the first argument.</typeparam>
/// <typeparam name="T2">Type of the second argument.</typeparam>
/// <typeparam name="T3">Type of the third argument.</typeparam>
/// <typeparam name="T4">Type of the fourth argument.</typeparam>
/// <typeparam name="T5">Type of the fifth argument.</typeparam>
/// <typeparam name="TResult">Type of the result: a tensor, or a tuple or an array of tensors.</typeparam>
public sealed class Call<T1, T2, T3, T4, T5, TResult> : CallSite<IModule<T1, T2, T3, T4, T5, TResult>>
{
    internal Call(
        QuantizationContext context,
        Sites sites,
        string path,
        Feeds feeds,
        Func<IModule<T1, T2, T3, T4, T5, TResult>?> module)
        : base(context, sites, path, feeds, module)
    {
    }

    /// <summary>Calls the quantized module.</summary>
    /// <param name="input1">The first argument.</param>
    /// <param name="input2">The second argument.</param>
    /// <param name="input3">The third argument.</param>
    /// <param name="input4">The fourth argument.</param>
    /// <param name="input5">The fifth argument.</param>
    /// <returns>The module's result.</returns>
    /// <exception cref="QDropException">The module cannot be quantized (QDROP232).</exception>
    public TResult forward(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5)
    {
        Called target = Target();
        return target.IsIntercepted
            ? target.Intercept<TResult>(input1, input2, input3, input4, input5)
            : target.Taken(target.Module.call(
                target.Given(input1),
                target.Given(input2),
                target.Given(input3),
                target.Given(input4),
                target.Given(input5)));
    }

    private protected override object? Run(IModule<T1, T2, T3, T4, T5, TResult> module, Bundle arguments) =>
        module.call(
            arguments.Get<T1>(),
            arguments.Get<T2>(1),
            arguments.Get<T3>(2),
            arguments.Get<T4>(3),
            arguments.Get<T5>(4));
}

/// <summary>
/// A place where a <c>forward</c> calls a module with six arguments; generated code makes it with <see cref="Sites"/>.
/// </summary>
/// <typeparam name="T1">Type of the first argument.</typeparam>
/// <typeparam name="T2">Type of the second argument.</typeparam>
/// <typeparam name="T3">Type of the third argument.</typeparam>
/// <typeparam name="T4">Type of the fourth argument.</typeparam>
/// <typeparam name="T5">Type of the fifth argument.</typeparam>
/// <typeparam name="T6">Type of the sixth argument.</typeparam>
/// <typeparam name="TResult">Type of the result: a tensor, or a tuple or an array of tensors.</typeparam>
public sealed class Call<T1, T2, T3, T4, T5, T6, TResult> : CallSite<IModule<T1, T2, T3, T4, T5, T6, TResult>>
{
    internal Call(
        QuantizationContext context,
        Sites sites,
        string path,
        Feeds feeds,
        Func<IModule<T1, T2, T3, T4, T5, T6, TResult>?> module)
        : base(context, sites, path, feeds, module)
    {
    }

    /// <summary>Calls the quantized module.</summary>
    /// <param name="input1">The first argument.</param>
    /// <param name="input2">The second argument.</param>
    /// <param name="input3">The third argument.</param>
    /// <param name="input4">The fourth argument.</param>
    /// <param name="input5">The fifth argument.</param>
    /// <param name="input6">The sixth argument.</param>
    /// <returns>The module's result.</returns>
    /// <exception cref="QDropException">The module cannot be quantized (QDROP232).</exception>
    public TResult forward(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5, T6 input6)
    {
        Called target = Target();
        return target.IsIntercepted
            ? target.Intercept<TResult>(input1, input2, input3, input4, input5, input6)
            : target.Taken(target.Module.call(
                target.Given(input1),
                target.Given(input2),
                target.Given(input3),
                target.Given(input4),
                target.Given(input5),
                target.Given(input6)));
    }

    private protected override object? Run(IModule<T1, T2, T3, T4, T5, T6, TResult> module, Bundle arguments) =>
        module.call(
            arguments.Get<T1>(),
            arguments.Get<T2>(1),
            arguments.Get<T3>(2),
            arguments.Get<T4>(3),
            arguments.Get<T5>(4),
            arguments.Get<T6>(5));
}
