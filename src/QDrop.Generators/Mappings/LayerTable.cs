using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Mappings;

/// <summary>TorchSharp layers that are known at compile time to have no quantized counterpart, and what to do instead.</summary>
internal static class LayerTable
{
    private const string Recurrent = ": recurrent layers carry a state that is not quantized; keep it outside the quantized model";
    private const string Lookup = ": its input is indices, not values; look the rows up before the quantized model";
    private const string Attention = ": several tensors go in and out; write attention with Linear layers and matmul, or keep it outside the quantized model";

    private static readonly Dictionary<string, string> Unsupported = new()
    {
        ["RNN"] = Recurrent,
        ["LSTM"] = Recurrent,
        ["GRU"] = Recurrent,
        ["RNNCell"] = Recurrent,
        ["LSTMCell"] = Recurrent,
        ["GRUCell"] = Recurrent,
        ["EmbeddingBag"] = Lookup,
        ["Transformer"] = Attention,
        ["TransformerEncoder"] = Attention,
        ["TransformerEncoderLayer"] = Attention,
        ["TransformerDecoder"] = Attention,
        ["TransformerDecoderLayer"] = Attention,
        ["Bilinear"] = ": it has two inputs; expected a layer with one",
    };

    private static readonly HashSet<string> Weighted =
        ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "Linear", "Embedding", "MultiheadAttention"];

    private static readonly HashSet<string> BatchNorms = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d"];

    private static readonly HashSet<string> Containers = ["Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"];

    /// <summary>Whether layers of the type have weights that are quantized.</summary>
    public static bool IsWeighted(ITypeSymbol? type) => IsOneOf(type, Weighted);

    public static bool IsBatchNorm(ITypeSymbol? type) => IsOneOf(type, BatchNorms);

    /// <summary>Whether it is one of TorchSharp's layers, and not a container of others.</summary>
    public static bool IsSimple(ITypeSymbol? type) => IsTorchSharps(type) && !type!.IsAbstract && !IsOneOf(type, Containers);

    public static bool IsSequential(ITypeSymbol? type) => type is { Name: "Sequential" } && IsTorchSharps(type);

    /// <summary>What the modules of a collection are, which has no <c>forward</c> of its own.</summary>
    public static ITypeSymbol? ElementOf(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Name: "ModuleList" or "ModuleDict", TypeArguments.Length: 1 } collection && IsTorchSharps(type) ? collection.TypeArguments[0] : null;

    public static bool IsTorchSharps(ITypeSymbol? type) => type?.ContainingNamespace?.ToDisplayString() == "TorchSharp.Modules";

    private static bool IsOneOf(ITypeSymbol? type, HashSet<string> names)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (IsTorchSharps(type) && names.Contains(type.Name))
                return true;
        }
        return false;
    }

    /// <summary>Whether a layer of TorchSharp's has several tensors in or out, and a quantized counterpart nevertheless.</summary>
    public static bool HasSeveralTensors(ITypeSymbol type) => type is { Name: "MultiheadAttention", ContainingNamespace: { } @namespace } && @namespace.ToDisplayString() == "TorchSharp.Modules";

    /// <summary>Why a layer of the type cannot be quantized, or <see langword="null"/> if nothing is known against it.</summary>
    public static string? WhyNot(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.ContainingNamespace?.ToDisplayString() == "TorchSharp.Modules" && Unsupported.TryGetValue(type.Name, out var reason))
                return reason;
        }
        return null;
    }
}
