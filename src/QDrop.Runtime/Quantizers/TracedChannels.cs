namespace QDrop.Quantizers;

/// <summary>What the computation of activations shows of their channels.</summary>
/// <param name="Axis">
/// The dimension that counts channels; <see langword="null"/> if none does: each of their values is of all channels.
/// </param>
internal readonly record struct TracedChannels(int? Axis);
