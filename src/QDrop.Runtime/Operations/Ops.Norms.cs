using QDrop.Native;
using QDrop.Recording;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace QDrop.CompilerServices;

/// <content>Norms: they stay float, their value is quantized after them.</content>
public static partial class Ops
{
    /// <summary>Normalisation over the last dimensions.</summary>
    [Lowers(typeof(torch.nn.functional), "layer_norm", Kind = OpKind.Activation)]
    public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null,
        double eps = 1e-05) => Note.As(
            functional.layer_norm(input, normalized_shape, weight, bias, eps),
            $"layer_norm({input}, {weight}, {bias}, dims={normalized_shape.Length}, eps={eps})");

    /// <summary>Normalisation over groups of channels.</summary>
    [Lowers(typeof(torch.nn.functional), "group_norm", Kind = OpKind.Activation)]
    public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null,
        double eps = 1e-05) => Note.As(
            functional.group_norm(
            GroupNormInput.Safe(input, weight), num_groups, weight, bias, eps),
            $"group_norm({input}, {weight}, {bias}, groups={num_groups}, eps={eps})");

    /// <summary>Normalisation over neighbouring channels.</summary>
    [Lowers(typeof(torch.nn.functional), "local_response_norm", Kind = OpKind.Activation)]
    public static Tensor local_response_norm(
        Tensor input,
        long size,
        double alpha = 0.0001,
        double beta = 0.75,
        double k = 1) => Note.None(
            functional.local_response_norm(input, size, alpha, beta, k), nameof(local_response_norm));

    /// <summary>Brings vectors to length 1.</summary>
    [Lowers(typeof(torch.nn.functional), "normalize", Kind = OpKind.Activation)]
    public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12) =>
        p == 2
            ? Note.As(
                functional.normalize(input, p, dim, eps),
                $"div({input}, clamp(sqrt(sum(square({input}), dims=[{dim}], keep=true)), min={eps}))")
            : Note.None(functional.normalize(input, p, dim, eps), nameof(normalize));

    /// <summary>Normalisation of each channel over the batch.</summary>
    [Lowers(typeof(torch.nn.functional), "batch_norm", Kind = OpKind.Activation)]
    public static Tensor batch_norm(Tensor input, Tensor running_mean, Tensor running_var, Tensor? weight = null,
        Tensor? bias = null, bool training = false, double momentum = 0.1, double eps = 1e-05) =>
        Note.None(
            functional.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps),
            nameof(batch_norm));

    /// <summary>Normalisation of each channel of each sample.</summary>
    [Lowers(typeof(torch.nn.functional), "instance_norm", Kind = OpKind.Activation)]
    public static Tensor instance_norm(Tensor input, Tensor? running_mean = null, Tensor? running_var = null,
        Tensor? weight = null, Tensor? bias = null, bool use_input_stats = true, double momentum = 0.1,
        double eps = 1e-05) => Note.None(
            functional.instance_norm(
                input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps),
            nameof(instance_norm));
}
