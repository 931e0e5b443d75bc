using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A table of vectors, looked up by index.</summary>
            public static Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                var embedding = new Embedding(DefaultInit.Table(num_embeddings, embedding_dims, device, dtype), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
                if (padding_idx is { } index) DefaultInit.ZeroRow(embedding.weight, index);
                return embedding;
            }

            /// <param name="embeddings">The table, <c>[n, d]</c>; it is copied.</param>
            /// <param name="freeze">Whether the table is not trained.</param>
            /// <param name="padding_idx">The row that gets no gradient.</param>
            /// <param name="max_norm">Rows of a greater norm are scaled down to it, in place, when they are looked up.</param>
            /// <param name="norm_type">The p of that norm.</param>
            /// <param name="scale_grad_by_freq">Whether gradients are divided by how often a row occurs in the batch.</param>
            /// <param name="sparse">Whether the gradient is a sparse tensor.</param>
            /// <param name="device">The device of the copy.</param>
            /// <param name="dtype">The element type of the copy.</param>
            public static Embedding Embedding_from_pretrained(Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
                => new(DefaultInit.Copy(embeddings, device, dtype, !freeze), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>A table of vectors: indices of any shape <c>[…]</c> to vectors <c>[…, d]</c>.</summary>
    public sealed class Embedding : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "weight")]
        private Parameter _weight = null!;
        private readonly long? _padding_idx;
        private readonly double? _max_norm;
        private readonly double _norm_type;
        private readonly bool _scale_grad_by_freq;
        private readonly bool _sparse;

        internal Embedding(Parameter weight, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse) : base(nameof(Embedding))
        {
            if (weight.dim() != 2) throw new ArgumentException($"The table of an embedding has shape [n, d], not [{string.Join(", ", weight.shape)}].", nameof(weight));
            if (padding_idx is { } index && (index < -weight.shape[0] || index >= weight.shape[0]))
                throw new ArgumentException($"padding_idx {index} is outside the table of {weight.shape[0]} rows.", nameof(padding_idx));
            this.weight = weight;
            _padding_idx = padding_idx < 0 ? padding_idx + weight.shape[0] : padding_idx;
            _max_norm = max_norm;
            _norm_type = norm_type;
            _scale_grad_by_freq = scale_grad_by_freq;
            _sparse = sparse;
        }

        /// <summary>The table, <c>[n, d]</c>.</summary>
        public Parameter weight
        {
            get => _weight;
            set
            {
                ArgumentNullException.ThrowIfNull(value);
                _weight = value;
                ConditionallyRegisterParameter(nameof(weight), value);
            }
        }

        public override Tensor forward(Tensor input)
        {
            if (_max_norm is { } norm) DefaultInit.Renormalize(_weight, input, norm, _norm_type);
            return Aten.Call("embedding", _weight, input, _padding_idx ?? -1, _scale_grad_by_freq, _sparse);
        }
    }
}
