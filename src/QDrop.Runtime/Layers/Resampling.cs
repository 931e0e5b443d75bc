using QDrop.Recording;
using static TorchSharp.torch;

namespace QDrop.Layers;

/// <summary>What resampling is in a program.</summary>
internal static class Resampling
{
    /// <summary>What programs call a kind of resampling; <see langword="null"/> if they have none such.</summary>
    public static string? NameOf(UpsampleMode mode) => mode switch
    {
        UpsampleMode.Nearest => "nearest",
        UpsampleMode.Linear or UpsampleMode.Bilinear or UpsampleMode.Trilinear => "linear",
        _ => null,
    };

    /// <summary>Notes a resampling to the size of a tensor.</summary>
    public static Tensor Noted(Tensor result, Tensor x, string? mode, bool align)
    {
        if (Recorder.Current is null)
            return result;
        if (mode is null)
            return Note.None(result, "a resampling of this kind");
        long[] from = x.shape[2..], to = result.shape[2..];
        // Where sizes are multiples, so are those of other inputs.
        long[] factors = [.. to.Zip(from, static (t, f) => t % f == 0 ? t / f : 0)];
        return factors.Contains(0)
            ? Note.As(result, $"upsample({x}, sizes={to}, mode={mode}, align_corners={align})")
            : Note.As(result, $"upsample({x}, factors={factors}, mode={mode}, align_corners={align})");
    }
}
