namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => Aten.Call(inplace ? "dropout_" : "dropout", input, p, training);

            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                // Without a batch, [C, L] would be taken for [N, C].
                if (input.dim() != 2) return Aten.Call(inplace ? "feature_dropout_" : "feature_dropout", input, p, training);
                using Tensor batch = Aten.Call("unsqueeze", input, 0L);
                using Tensor dropped = Aten.Call(inplace ? "feature_dropout_" : "feature_dropout", batch, p, training);
                return Aten.Call("squeeze.dim", dropped, 0L);
            }

            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => Aten.Call(inplace ? "feature_dropout_" : "feature_dropout", input, p, training);

            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) => Aten.Call(inplace ? "feature_dropout_" : "feature_dropout", input, p, training);

            public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) => Aten.Call(inplace ? "alpha_dropout_" : "alpha_dropout", input, p, training);

            public static Tensor feature_alpha_dropout(Tensor input, double p = 0.5, bool training = false, bool inplace = false) => Aten.Call(inplace ? "feature_alpha_dropout_" : "feature_alpha_dropout", input, p, training);
        }
    }
}
