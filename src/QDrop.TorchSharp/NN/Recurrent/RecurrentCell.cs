using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The calls of libtorch's recurrent cells, which take batches only.</summary>
internal static class RecurrentCell
{
    internal static Tensor Step(string op, Tensor input, Tensor? state, Tensor weight_ih, Tensor weight_hh, Tensor? bias_ih, Tensor? bias_hh)
    {
        using DisposeScope scope = NewDisposeScope();
        bool single = IsSingle(input);
        Tensor batch = Batched(input, single);
        Tensor next = Aten.Call(op, batch, State(state, batch, weight_hh, single), weight_ih, weight_hh, bias_ih, bias_hh);
        return Unbatched(next, single).MoveToOuterDisposeScope();
    }

    internal static (Tensor, Tensor) StepWithMemory(Tensor input, (Tensor, Tensor)? state, Tensor weight_ih, Tensor weight_hh, Tensor? bias_ih, Tensor? bias_hh)
    {
        using DisposeScope scope = NewDisposeScope();
        bool single = IsSingle(input);
        Tensor batch = Batched(input, single);
        Tensor[] memory = [State(state?.Item1, batch, weight_hh, single), State(state?.Item2, batch, weight_hh, single)];
        (Tensor hidden, Tensor cell) = Aten.Call2("lstm_cell", batch, memory, weight_ih, weight_hh, bias_ih, bias_hh);
        return scope.MoveToOuter(Unbatched(hidden, single), Unbatched(cell, single));
    }

    private static bool IsSingle(Tensor input) => input.dim() switch
    {
        1 => true,
        2 => false,
        long dimensions => throw new ArgumentException($"The input has {dimensions} dimensions, expected 2, or 1 without batch.", nameof(input)),
    };

    private static Tensor State(Tensor? state, Tensor batch, Tensor weight_hh, bool single) => state is null
        ? Aten.Call("new_zeros", batch, new[] { batch.size(0), weight_hh.size(1) })
        : Batched(state, single);

    private static Tensor Batched(Tensor tensor, bool single) => single ? Aten.Call("unsqueeze", tensor, 0) : tensor;

    private static Tensor Unbatched(Tensor tensor, bool single) => single ? Aten.Call("squeeze.dim", tensor, 0) : tensor;
}
