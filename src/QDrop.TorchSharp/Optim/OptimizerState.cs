using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an optimizer remembers about one parameter from step to step.</summary>
public abstract class OptimizerState
{
    protected Parameter _parameter;

    protected OptimizerState(Parameter parameter) => _parameter = parameter;

    /// <summary>Sets the state to that before the first step.</summary>
    public abstract void Initialize(OptimizerOptions options);

    public abstract void SaveStateDict(BinaryWriter writer);

    public abstract void LoadStateDict(BinaryReader reader);

    /// <summary>Copies another state's values; the two share no tensor afterwards.</summary>
    public abstract void LoadStateDict(OptimizerState source);

    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    public virtual void to(Device device)
    {
    }

    protected static void SaveConditionalStateTensor(BinaryWriter writer, Tensor? tensor)
    {
        writer.Write(tensor is not null);
        tensor?.Save(writer);
    }

    protected static void LoadConditionalStateTensor(BinaryReader reader, ref Tensor? result, Device? device)
    {
        if (!reader.ReadBoolean())
        {
            result?.Dispose();
            result = null;
            return;
        }
        Tensor loaded = TensorExtensionMethods.Load(reader);
        Replace(ref result, device is null ? loaded : Moved(loaded, device));
    }

    /// <summary>A new tensor of zeros, like the parameter, that no dispose scope owns.</summary>
    internal static Tensor Zeros(Tensor like) => Aten.Call("zeros_like", like).DetachFromDisposeScope();

    /// <summary>An independent copy that no dispose scope owns.</summary>
    internal static Tensor? Copy(Tensor? source) => source is null ? null : Aten.Call("clone", source).DetachFromDisposeScope();

    /// <summary>Puts <paramref name="value"/> in place of the old tensor, which is disposed.</summary>
    internal static void Replace(ref Tensor? field, Tensor? value)
    {
        if (ReferenceEquals(field, value)) return;
        field?.Dispose();
        field = value?.DetachFromDisposeScope();
    }

    /// <summary>Moves a state tensor in place of itself.</summary>
    internal static void Move(ref Tensor? field, Device device)
    {
        if (field is not null) Replace(ref field, field.to(device));
    }

    internal static bool Close(Tensor? a, Tensor? b) => a is null || b is null ? a is null && b is null : Aten.CallBool("allclose", a, b);

    /// <summary>Casts another optimizer's state to this kind, or says what was found instead.</summary>
    internal static T Expect<T>(OptimizerState source) where T : OptimizerState => source as T
        ?? throw new ArgumentException($"The state is of type {source.GetType()}, expected {typeof(T)}: take it from an optimizer of the same kind.", nameof(source));

    private static Tensor Moved(Tensor tensor, Device device)
    {
        Tensor moved = tensor.to(device);
        if (!ReferenceEquals(moved, tensor)) tensor.Dispose();
        return moved;
    }
}
