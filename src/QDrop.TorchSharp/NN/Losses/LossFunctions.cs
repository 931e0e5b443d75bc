namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <inheritdoc cref="Modules.CrossEntropyLoss"/>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) =>
                Aten.Call("cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <inheritdoc cref="Modules.NLLLoss"/>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.Call("nll_loss_nd", input, target, weight, (long)reduction);

            /// <inheritdoc cref="Modules.BCELoss"/>
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.Call("binary_cross_entropy", input, target, weight, (long)reduction);

            /// <inheritdoc cref="Modules.BCEWithLogitsLoss"/>
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Aten.Call("binary_cross_entropy_with_logits", input, target, weight, pos_weights, (long)reduction);

            /// <inheritdoc cref="Modules.MSELoss"/>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.Call("mse_loss", input, target, (long)reduction);

            /// <inheritdoc cref="Modules.L1Loss"/>
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.Call("l1_loss", input, target, (long)reduction);

            /// <inheritdoc cref="Modules.SmoothL1Loss"/>
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0) =>
                Aten.Call("smooth_l1_loss", input, target, (long)reduction, beta);

            /// <inheritdoc cref="Modules.HuberLoss"/>
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean) =>
                Aten.Call("huber_loss", input, target, (long)reduction, delta);

            /// <inheritdoc cref="Modules.KLDivLoss"/>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Aten.Call("kl_div", input, target, (long)reduction, log_target);

            /// <inheritdoc cref="Modules.SoftMarginLoss"/>
            public static Tensor soft_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.Call("soft_margin_loss", input, target, (long)reduction);

            /// <inheritdoc cref="Modules.MultiLabelMarginLoss"/>
            public static Tensor multi_label_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.Call("multilabel_margin_loss", input, target, (long)reduction);

            /// <inheritdoc cref="Modules.MultiMarginLoss"/>
            public static Tensor multi_margin_loss(Tensor input, Tensor target, int p = 1, double margin = 1.0, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Aten.Call("multi_margin_loss", input, target, p, margin, weight, (long)reduction);

            /// <inheritdoc cref="Modules.MultiLabelSoftMarginLoss"/>
            public static Tensor multilabel_soft_margin_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor elements = Aten.Call("binary_cross_entropy_with_logits", input, target, weight, Value.None, (long)Reduction.None);
                return Reduce(Aten.Call("mean.dim", elements, new long[] { -1 }), reduction).MoveToOuterDisposeScope();
            }

            /// <inheritdoc cref="Modules.PoissonNLLLoss"/>
            public static Tensor poisson_nll_loss(Tensor input, Tensor target, bool log_input = true, bool full = false, float eps = 1e-8f, Reduction reduction = Reduction.Mean) =>
                Aten.Call("poisson_nll_loss", input, target, log_input, full, eps, (long)reduction);

            /// <inheritdoc cref="Modules.GaussianNLLLoss"/>
            public static Tensor gaussian_nll_loss(Tensor input, Tensor target, Tensor variance, bool full = false, float eps = 1e-6f, Reduction reduction = Reduction.Mean)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor spread = Aten.Call("clone", VarianceLike(input, variance));
                // The floor is no part of the gradient: a variance below it must still be able to grow.
                using (no_grad()) Aten.CallVoid("clamp_min_", spread, eps);
                Tensor error = Aten.Call("sub.Tensor", input, target);
                Tensor scaled = Aten.Call("div.Tensor", Aten.Call("mul.Tensor", error, error), spread);
                Tensor loss = Aten.Call("mul.Scalar", Aten.Call("add.Tensor", Aten.Call("log", spread), scaled), 0.5);
                if (full) loss = Aten.Call("add.Scalar", loss, 0.5 * Math.Log(2 * Math.PI));
                return Reduce(loss, reduction).MoveToOuterDisposeScope();
            }

            /// <inheritdoc cref="Modules.CosineEmbeddingLoss"/>
            public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.Call("cosine_embedding_loss", input1, input2, target, margin, (long)reduction);

            /// <inheritdoc cref="Modules.HingeEmbeddingLoss"/>
            public static Tensor hinge_embedding_loss(Tensor input, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.Call("hinge_embedding_loss", input, target, margin, (long)reduction);

            /// <inheritdoc cref="Modules.MarginRankingLoss"/>
            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Aten.Call("margin_ranking_loss", input1, input2, target, margin, (long)reduction);

            /// <inheritdoc cref="Modules.TripletMarginLoss"/>
            public static Tensor triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, double margin = 1.0, long p = 2, double eps = 1e-6, bool swap = false, Reduction reduction = Reduction.Mean) =>
                Aten.Call("triplet_margin_loss", anchor, positive, negative, margin, (double)p, eps, swap, (long)reduction);

            /// <inheritdoc cref="Modules.TripletMarginWithDistanceLoss"/>
            public static Tensor triplet_margin_with_distance_loss(Tensor anchor, Tensor positive, Tensor negative, Func<Tensor, Tensor, Tensor>? distance = null, double margin = 1.0, bool swap = false, Reduction reduction = Reduction.Mean)
            {
                distance ??= static (a, b) => Aten.Call("pairwise_distance", a, b);
                using DisposeScope scope = NewDisposeScope();
                Tensor near = distance(anchor, positive), far = distance(anchor, negative);
                if (swap) far = Aten.Call("minimum", far, distance(positive, negative));
                Tensor violation = Aten.Call("add.Scalar", Aten.Call("sub.Tensor", near, far), margin);
                return Reduce(Aten.Call("clamp_min", violation, 0), reduction).MoveToOuterDisposeScope();
            }

            /// <inheritdoc cref="Modules.CTCLoss"/>
            public static Tensor ctc_loss(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, long blank = 0, bool zero_infinity = false, Reduction reduction = Reduction.Mean) =>
                Aten.Call("ctc_loss.Tensor", log_probs, targets, input_lengths, target_lengths, blank, (long)reduction, zero_infinity);

            private static Tensor Reduce(Tensor loss, Reduction reduction) => reduction switch
            {
                Reduction.Mean => Aten.Call("mean", loss),
                Reduction.Sum => Aten.Call("sum", loss),
                _ => loss,
            };

            /// <summary>The variance as given, or with the last dimension that it lacks (one variance for a row of the input).</summary>
            private static Tensor VarianceLike(Tensor input, Tensor variance)
            {
                long[] sizes = input.shape, given = variance.shape;
                if (sizes.AsSpan().SequenceEqual(given)) return variance;
                ReadOnlySpan<long> rows = sizes.AsSpan(0, Math.Max(sizes.Length - 1, 0));
                if (rows.SequenceEqual(given)) return Aten.Call("unsqueeze", variance, -1);
                if (given.Length == sizes.Length && given[^1] == 1 && rows.SequenceEqual(given.AsSpan(0, given.Length - 1))) return variance;
                throw new ArgumentException($"The variance has the shape [{string.Join(", ", given)}], expected the input's, [{string.Join(", ", sizes)}], or that with a last dimension of 1 or none.", nameof(variance));
            }
        }
    }
}
