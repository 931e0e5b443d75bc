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
        ["Embedding"] = Lookup,
        ["EmbeddingBag"] = Lookup,
        ["MultiheadAttention"] = Attention,
        ["Transformer"] = Attention,
        ["TransformerEncoder"] = Attention,
        ["TransformerEncoderLayer"] = Attention,
        ["TransformerDecoder"] = Attention,
        ["TransformerDecoderLayer"] = Attention,
        ["Bilinear"] = ": it has two inputs; expected a layer with one",
    };

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
