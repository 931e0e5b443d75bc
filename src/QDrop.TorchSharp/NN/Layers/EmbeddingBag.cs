using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Sums, means or maxima of bags of table rows.</summary>
            public static EmbeddingBag EmbeddingBag(long num_embeddings, long embedding_dims, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false, bool include_last_offset = false, long padding_index = -1, Device? device = null, ScalarType? dtype = null)
            {
                var bag = new EmbeddingBag(DefaultInit.Table(num_embeddings, embedding_dims, device, dtype), max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_index);
                if (padding_index >= 0) DefaultInit.ZeroRow(bag.weight, padding_index);
                return bag;
            }

            public static EmbeddingBag EmbeddingBag_from_pretrained(Tensor embeddings, bool freeze = true, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false, bool include_last_offset = false, long padding_index = -1, Device? device = null, ScalarType? dtype = null)
                => new(DefaultInit.Copy(embeddings, device, dtype, !freeze), max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_index);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Looks up bags of rows and reduces each bag to one vector.</summary>
    public sealed class EmbeddingBag : nn.Module<Tensor, Tensor?, Tensor?, Tensor>
    {
        [ComponentName(Name = "weight")]
        private Parameter _weight = null!;
        private readonly double? _max_norm;
        private readonly double _norm_type;
        private readonly bool _scale_grad_by_freq;
        private readonly EmbeddingBagMode _mode;
        private readonly bool _sparse;
        private readonly bool _include_last_offset;
        private readonly long _padding_index;

        internal EmbeddingBag(Parameter weight, double? max_norm, double norm_type, bool scale_grad_by_freq, EmbeddingBagMode mode, bool sparse, bool include_last_offset, long padding_index) : base(nameof(EmbeddingBag))
        {
            if (weight.dim() != 2) throw new ArgumentException($"The table of an embedding bag has shape [n, d], not [{string.Join(", ", weight.shape)}].", nameof(weight));
            this.weight = weight;
            _max_norm = max_norm;
            _norm_type = norm_type;
            _scale_grad_by_freq = scale_grad_by_freq;
            _mode = mode;
            _sparse = sparse;
            _include_last_offset = include_last_offset;
            _padding_index = padding_index;
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

        /// <param name="input">Indices: <c>[B, n]</c>, one bag per row, or <c>[n]</c> with offsets.</param>
        /// <param name="offsets">Where each bag begins in a one-dimensional input.</param>
        /// <param name="perSampleWeights">A factor per index (mode Sum only).</param>
        public override Tensor forward(Tensor input, Tensor? offsets, Tensor? perSampleWeights)
        {
            long[] shape = input.shape;
            if (shape.Length is not (1 or 2)) throw new ArgumentException($"The input must have one or two dimensions, but has shape [{string.Join(", ", shape)}].", nameof(input));
            if (shape.Length == 1 && offsets is null) throw new ArgumentException("A one-dimensional input needs offsets that say where each bag begins.", nameof(offsets));
            if (shape.Length == 2 && offsets is not null) throw new ArgumentException("A two-dimensional input has one bag per row and takes no offsets.", nameof(offsets));
            if (_max_norm is { } norm) DefaultInit.Renormalize(_weight, input, norm, _norm_type);
            if (shape.Length == 1) return Reduce(input, offsets!, perSampleWeights, _include_last_offset);

            using Tensor flat = Aten.Call("reshape", input, new[] { -1L });
            using Tensor? flat_weights = perSampleWeights is null ? null : Aten.Call("reshape", perSampleWeights, new[] { -1L });
            using Tensor rows = Aten.Call("arange.start_step", 0L, shape[0] * shape[1], shape[1], input.dtype, Value.None, input.device);
            return Reduce(flat, rows, flat_weights, false);
        }

        public Tensor call(Tensor input) => call(input, null, null);

        public Tensor call(Tensor input, Tensor? offsets) => call(input, offsets, null);

        public new Tensor call(Tensor input, Tensor? offsets, Tensor? perSampleWeights) => base.call(input, offsets, perSampleWeights);

        private Tensor Reduce(Tensor indices, Tensor offsets, Tensor? perSampleWeights, bool include_last_offset)
        {
            Tensor[] results = Aten.CallMany("embedding_bag.padding_idx", _weight, indices, offsets, _scale_grad_by_freq, (long)_mode, _sparse, perSampleWeights, include_last_offset, _padding_index < 0 ? Value.None : _padding_index);
            foreach (Tensor bookkeeping in results.AsSpan(1)) bookkeeping.Dispose();
            return results[0];
        }
    }
}
