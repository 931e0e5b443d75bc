using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace QDrop.Generators.Mappings;

/// <summary>How many weights a layer of TorchSharp's has, where it is created with constants.</summary>
internal static class WeightCounts
{
    /// <summary>Whether layers of the type have weights that count: those by which values are multiplied. An embedding only looks rows up.</summary>
    public static bool Has(ITypeSymbol type) => LayerTable.IsTorchSharps(type) && Gates(type.Name) + Dimensions(type.Name) > 0 || (LayerTable.IsTorchSharps(type) && type.Name is "Linear" or "Bilinear" or "MultiheadAttention");

    /// <returns>The number of weights; <see langword="null"/> where the compiler does not know it.</returns>
    /// <param name="creation">A call of a factory of <c>torch.nn</c>.</param>
    public static long? Of(IInvocationOperation creation)
    {
        var name = creation.Type!.Name;
        if (Dimensions(name) is > 0 and var dimensions)
            return Constant("in_channels") * Constant("out_channels") * Kernel(dimensions) / Constant("groups");
        if (Gates(name) is > 0 and var gates)
            return Recurrent(gates);
        return name switch
        {
            "Linear" => Constant("inputSize") * Constant("outputSize"),
            "Bilinear" => Constant("in1_features") * Constant("in2_features") * Constant("out_features"),
            "MultiheadAttention" when IsLeftOut("kdim") && IsLeftOut("vdim") => 4 * Constant("embedded_dim") * Constant("embedded_dim"),
            _ => null,
        };

        IArgumentOperation? Argument(string parameter) => creation.Arguments.FirstOrDefault(a => a.Parameter?.Name == parameter);

        bool IsLeftOut(string parameter) => Argument(parameter) is { ArgumentKind: ArgumentKind.DefaultValue };

        long? Constant(string parameter) => Number(Argument(parameter)?.Value);

        long? Kernel(int dimensions)
        {
            var size = Argument("kernel_size")?.Value;
            while (size is IConversionOperation conversion)
                size = conversion.Operand;
            var sides = size is ITupleOperation tuple ? tuple.Elements.Select(Number) : Enumerable.Repeat(Number(size), dimensions);
            return sides.Aggregate((long?)1, static (product, side) => product * side);
        }

        long? Recurrent(int gates)
        {
            long? input = Constant("inputSize"), hidden = Constant("hiddenSize"), layers = Argument("numLayers") is null ? 1 : Constant("numLayers");
            var directions = Argument("bidirectional") is not { } both ? 1 : both.Value.ConstantValue.Value is bool isBoth ? (isBoth ? 2 : 1) : (long?)null;
            return gates * hidden * directions * (input + hidden + ((layers - 1) * ((hidden * directions) + hidden)));
        }
    }

    private static long? Number(IOperation? value) => value?.ConstantValue.Value switch
    {
        long number and > 0 and < int.MaxValue => number,
        int number and > 0 => number,
        _ => null,
    };

    private static int Dimensions(string layer) => layer switch
    {
        "Conv1d" or "ConvTranspose1d" => 1,
        "Conv2d" or "ConvTranspose2d" => 2,
        "Conv3d" or "ConvTranspose3d" => 3,
        _ => 0,
    };

    private static int Gates(string layer) => layer switch
    {
        "RNN" or "RNNCell" => 1,
        "GRU" or "GRUCell" => 3,
        "LSTM" or "LSTMCell" => 4,
        _ => 0,
    };
}
