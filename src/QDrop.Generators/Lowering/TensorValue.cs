using Microsoft.CodeAnalysis;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <summary>Where a tensor value comes from.</summary>
internal enum Origin
{
    /// <summary>A parameter of <c>forward</c>: the caller's tensor.</summary>
    Parameter,

    /// <summary>
    /// A tensor of the model, or a constant: nothing that this <c>forward</c> computed from its input.
    /// </summary>
    External,

    /// <summary>No tensor: <see langword="null"/>.</summary>
    Null,

    /// <summary>A local that an in-place operation changed behind its name; reading it is an error.</summary>
    Stale,

    /// <summary>A call of a module.</summary>
    Layer,

    /// <summary>A call of a module with several tensors in or out; the value stands for all that it returns.</summary>
    Call,

    /// <summary>An operation of the vocabulary.</summary>
    Operation,

    /// <summary>A collection of tensors that one place of the code creates.</summary>
    Collection,

    /// <summary>A tuple with tensors that one place of the code creates.</summary>
    Tuple,
}

/// <summary>
/// A tensor, a collection or a tuple that one place of the code computes. Used within one analysis only.
/// </summary>
internal sealed class TensorValue(Origin origin, Frame frame, IOperation operation, int order, int region)
{
    public Origin Origin { get; } = origin;

    /// <summary>The call in which it is computed.</summary>
    public Frame Frame { get; } = frame;

    public IOperation Operation { get; } = operation;

    /// <summary>Place in the order of evaluation.</summary>
    public int Order { get; } = order;

    /// <summary>
    /// The stretch of code without branches that computes it: values of one region are computed equally often.
    /// </summary>
    public int Region { get; } = region;

    /// <summary>
    /// Bodies of the loops around it, and of lambdas, which may compute it several times in one call; outermost first.
    /// </summary>
    public IReadOnlyList<Placed> Loops { get; init; } = [];

    /// <summary>For <see cref="Origin.Layer"/> and <see cref="Origin.Call"/>: the module that is called.</summary>
    public LayerCall? Layer { get; set; }

    /// <summary>For <see cref="Origin.Operation"/>: the operation.</summary>
    public OpCall? Op { get; set; }

    /// <summary>For a product with a weight that the model's code has itself: what it is made of.</summary>
    public ProductCall? Product { get; set; }

    /// <summary>For the sum of a value and a parameter of the model: what it is made of.</summary>
    public SumCall? Sum { get; set; }

    /// <summary>The use of its data input, for what has exactly one.</summary>
    public Use? Input { get; set; }

    /// <summary>
    /// Whether it is a tensor of the model or is computed from such tensors alone: a view of a weight, weights
    /// multiplied with each other.
    /// </summary>
    public bool IsOfModel { get; set; } = origin == Origin.External;

    /// <summary>
    /// Whether it comes of something that has been reported: what is wrong with its uses is a consequence of that.
    /// </summary>
    public bool IsReported { get; set; }

    /// <summary>Values whose storage this may share.</summary>
    public HashSet<TensorValue> Roots { get; } = [];

    public List<Use> Uses { get; } = [];

    /// <summary>What the elements of a collection, or the items of a tuple by index, may be. It only grows.</summary>
    public Dictionary<int, HashSet<TensorValue>> Contents { get; } = [];

    /// <summary>
    /// The index at which <see cref="Contents"/> keeps the elements of a collection: which is which is not told apart.
    /// </summary>
    public const int AnyElement = 0;

    public OpKind? Kind => Op?.Op.Kind;

    /// <summary>Whether it adds the bias of a product with a weight that the model's code has itself.</summary>
    public bool AddsBias => Sum is not null && Input?.Source is { Product: not null };

    public bool IsJoin => Kind == OpKind.Join && Product is null;

    /// <summary>The place of its data input, for what has exactly one.</summary>
    public IOperation? Data => Layer?.Argument ?? Product?.Data ?? Sum?.Data ?? Op?.Data;
}

/// <summary>What a use of a value does with it.</summary>
internal enum UseKind
{
    /// <summary>Goes into a layer or an activation function.</summary>
    Compute,

    /// <summary>Passes through, to the uses of the consumer's value.</summary>
    Through,

    Join,

    Result,

    /// <summary>
    /// Goes into an operation beside what it computes from: as its weight, its mask, or for its shape.
    /// </summary>
    Beside,

    /// <summary>Asks for the shape or another property, or compares with <see langword="null"/>.</summary>
    Ask,

    /// <summary>Disposes.</summary>
    Dispose,
}

/// <summary>One place that uses tensor values, and the values that may arrive there.</summary>
internal sealed class Use(UseKind kind, Frame frame, IOperation place, TensorValue? consumer)
{
    public UseKind Kind { get; } = kind;

    public Frame Frame { get; } = frame;

    public IOperation Place { get; } = place;

    public TensorValue? Consumer { get; } = consumer;

    public HashSet<TensorValue> Sources { get; } = [];

    /// <summary>Whether it does something with the elements.</summary>
    public bool IsReal => Kind is not (UseKind.Ask or UseKind.Dispose);

    /// <summary>The only value that arrives, where there is only one.</summary>
    public TensorValue? Source => Sources.Count == 1 ? Sources.First() : null;
}

/// <summary>A call of a module.</summary>
/// <param name="Receiver">The module, as the call names it.</param>
/// <param name="Module">
/// Where <paramref name="Receiver"/> is a parameter or a local that holds a fixed module: that module, in its frame.
/// </param>
/// <param name="Name">Its name: the member's or the local's.</param>
/// <param name="IsFixed">
/// Whether it is the same module at every run: a member of the model, possibly through members and constant indices.
/// </param>
/// <param name="IsSpread">Whether it is a list of modules that a loop applies one after the other.</param>
/// <param name="IsConditional">Whether it is called with <c>?.</c>.</param>
internal sealed record LayerCall(
    IOperation Receiver,
    Placed Module,
    IOperation Argument,
    string Name,
    ITypeSymbol Type,
    bool IsFixed,
    bool IsSpread,
    bool IsConditional)
{
    /// <summary>
    /// Whether it is one of TorchSharp's layers that stays float, called with an overload that its type as a module
    /// does not have, as <c>encoder.call(x, mask)</c>, or with more inputs than a module class may have: the call stays
    /// as it is, and a chain takes its result.
    /// </summary>
    public bool IsDirect { get; init; }
}

/// <summary>A use of the vocabulary.</summary>
/// <param name="Arguments">What goes into it, in the order of <see cref="Op.Parameters"/>.</param>
/// <param name="Data">The tensor that it computes from, where that is one.</param>
/// <param name="IsInPlace">Whether it changes its first argument.</param>
/// <param name="IsRepeatable">
/// Whether its other arguments are constants or members of the model, so that a chain can hold it.
/// </param>
/// <param name="GivesMany">Whether it gives a collection of tensors.</param>
internal sealed record OpCall(
    Op Op, IReadOnlyList<IOperation> Arguments, IOperation? Data, bool IsInPlace, bool IsRepeatable, bool GivesMany)
{
    /// <summary>The chain of a value that the operation computes within.</summary>
    public Chain? Within { get; set; }
}

/// <summary>A piece of code in one of the calls in which it runs.</summary>
internal readonly record struct Placed(Frame Frame, IOperation Operation);
