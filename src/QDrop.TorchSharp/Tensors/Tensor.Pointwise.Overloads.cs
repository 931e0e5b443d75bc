namespace TorchSharp;

public static partial class torch
{
    // Functions of one element whose TorchSharp signature differs from the operator's.
    public partial class Tensor
    {
        public Tensor round(long decimals = 0) => decimals == 0 ? Aten.Call("round", this) : Aten.Call("round.decimals", this, decimals);
        public Tensor round_(long decimals = 0) => decimals == 0 ? InPlace("round_", this) : InPlace("round_.decimals", this, decimals);

        public Tensor arctan(Tensor other) => atan2(other);
        public Tensor arctan_(Tensor other) => atan2_(other);

        public Tensor polygamma(long p) => Aten.Call("polygamma", p, this);

        public Tensor pinverse(double rcond = 1E-15, bool hermitian = false) => Aten.Call("linalg_pinv", this, rcond, hermitian);

        public Tensor random_(double from, double to, Generator? generator = null) => InPlace("random_.from", this, (long)from, (long)to, generator);

        public Tensor stft(long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null, bool center = true, PaddingModes pad_mode = PaddingModes.Reflect,
            bool normalized = false, bool? onesided = null, bool? return_complex = null) =>
            Aten.Call("stft.center", this, n_fft, Positive(hop_length), Positive(win_length), window, center, pad_mode.ToString().ToLowerInvariant(), normalized, onesided, return_complex);

        public Tensor istft(long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null, bool center = true, bool normalized = false,
            bool? onesided = null, long length = -1, bool return_complex = false) =>
            Aten.Call("istft", this, n_fft, Positive(hop_length), Positive(win_length), window, center, normalized, onesided, Positive(length), return_complex);

        private static Value Positive(long value) => value < 0 ? Value.None : value;

        private static Value Rounding(RoundingMode mode) => mode is RoundingMode.None ? Value.None : mode.ToString();
    }
}
