using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What all convolutions share: geometry, weight and bias.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "bias")]
    protected Parameter? _bias;

    [ComponentName(Name = "weight")]
    protected Parameter _weight = null!;

    protected long input_channels;

    /// <summary>The padding as <c>functional.pad</c> takes it: both sides of the last dimension first.</summary>
    protected long[] _reversed_padding_repeated_twice = [];

    protected internal Convolution(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode, Device? device = null, ScalarType? dtype = null)
        : base(name)
    {
        if (in_channels <= 0 || out_channels <= 0)
            throw new ArgumentException($"{name}: in_channels ({in_channels}) and out_channels ({out_channels}) must be positive.");
        if (groups <= 0 || in_channels % groups != 0) throw new ArgumentException($"{name}: in_channels ({in_channels}) must be divisible by groups ({groups}).", nameof(groups));
        if (out_channels % groups != 0) throw new ArgumentException($"{name}: out_channels ({out_channels}) must be divisible by groups ({groups}).", nameof(groups));
        if (padding_type == Padding.Same && Array.Exists(stride, s => s != 1))
            throw new ArgumentException($"{name}: padding 'same' needs stride 1, but the stride is [{string.Join(", ", stride)}].", nameof(padding_type));

        this.in_channels = input_channels = in_channels;
        this.out_channels = out_channels;
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.dilation = dilation;
        this.transposed = transposed;
        this.output_padding = output_padding;
        this.groups = groups;
        this.padding_mode = padding_mode;
        this.padding = new long[kernel_size.Length];
        if (padding_type is { } type) SetPadding(type);
        else SetPadding(padding ?? new long[kernel_size.Length]);

        long[] channels = transposed ? [in_channels, out_channels / groups] : [out_channels, in_channels / groups];
        weight = new Parameter(empty([.. channels, .. kernel_size], dtype, device));
        if (bias) this.bias = new Parameter(empty([out_channels], dtype, device));
        reset_parameters();
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    /// <summary>Zeros on each side, per dimension; all 0 where <see cref="padding_type"/> is set.</summary>
    public long[] padding { get; private set; }

    /// <summary>Padding by its effect on the output's size, or null where it is given by numbers.</summary>
    public Padding? padding_type { get; private set; }

    public long[] dilation { get; set; }

    public bool transposed { get; }

    public long[] output_padding { get; set; }

    public long groups { get; set; }

    public PaddingModes padding_mode { get; set; }

    /// <summary><c>[out, in/groups, k…]</c>; transposed: <c>[in, out/groups, k…]</c>.</summary>
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

    public Parameter? bias
    {
        get => _bias;
        set
        {
            _bias = value;
            ConditionallyRegisterParameter(nameof(bias), value);
        }
    }

    public void SetPadding(long[] padding)
    {
        this.padding = padding;
        padding_type = null;
        _reversed_padding_repeated_twice = new long[2 * padding.Length];
        for (int i = 0; i < padding.Length; i++)
        {
            _reversed_padding_repeated_twice[2 * i] = padding[^(i + 1)];
            _reversed_padding_repeated_twice[2 * i + 1] = padding[^(i + 1)];
        }
    }

    public void SetPadding(Padding padding)
    {
        padding_type = padding;
        this.padding = new long[kernel_size.Length];
        _reversed_padding_repeated_twice = new long[2 * kernel_size.Length];
        if (padding != Padding.Same) return;
        for (int i = 0; i < kernel_size.Length; i++)
        {
            long total = dilation[^(i + 1)] * (kernel_size[^(i + 1)] - 1);
            _reversed_padding_repeated_twice[2 * i] = total / 2;
            _reversed_padding_repeated_twice[2 * i + 1] = total - total / 2;
        }
    }

    /// <summary>Draws weight and bias anew, uniform in ±1/√fan_in.</summary>
    public void reset_parameters() => DefaultInit.FanIn(_weight, _bias);

    /// <summary>Whether the input is <c>[N, C, …]</c> or <c>[C, …]</c> with this many spatial dimensions and the right channels.</summary>
    protected bool ValidateShape(Tensor input, long dimensions)
    {
        long[] shape = input.shape;
        return (shape.Length == dimensions + 2 && shape[1] == input_channels) || (shape.Length == dimensions + 1 && shape[0] == input_channels);
    }

    // `op` is conv1d, conv2d or conv3d.
    private protected Tensor Convolve(string op, Tensor input)
    {
        if (!ValidateShape(input, kernel_size.Length))
        {
            string spatial = string.Concat(Enumerable.Repeat(", *", kernel_size.Length));
            throw new ArgumentException($"{GetName()}: the input must have shape [N, {input_channels}{spatial}] or [{input_channels}{spatial}], but has [{string.Join(", ", input.shape)}].", nameof(input));
        }

        if (padding_mode is not (PaddingModes.Zeros or PaddingModes.Constant))
        {
            using Tensor padded = nn.functional.pad(input, _reversed_padding_repeated_twice, padding_mode);
            return Aten.Call(op, padded, _weight, _bias, stride, new long[kernel_size.Length], dilation, groups);
        }

        return padding_type is { } type
            ? Aten.Call(op + ".padding", input, _weight, _bias, stride, type == Padding.Same ? "same" : "valid", dilation, groups)
            : Aten.Call(op, input, _weight, _bias, stride, padding, dilation, groups);
    }
}
