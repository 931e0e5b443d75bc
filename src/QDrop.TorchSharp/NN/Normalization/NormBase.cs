using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What batch and instance norm share: learned scale and shift, running statistics.</summary>
public abstract class NormBase : nn.Module<Tensor, Tensor>
{
    private Parameter? _weight;
    private Parameter? _bias;
    private Tensor? _running_mean;
    private Tensor? _running_var;
    private Tensor? _num_batches_tracked;

    public NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(name)
    {
        this.num_features = num_features;
        this.eps = eps;
        this.momentum = momentum;
        this.affine = affine;
        this.track_running_stats = track_running_stats;
        if (affine)
        {
            weight = new Parameter(ones([num_features], dtype, device));
            bias = new Parameter(zeros([num_features], dtype, device));
        }

        if (track_running_stats)
        {
            running_mean = zeros([num_features], dtype, device);
            running_var = ones([num_features], dtype, device);
            num_batches_tracked = zeros([], ScalarType.Int64, device);
        }
    }

    public long num_features { get; }

    public double eps { get; set; }

    /// <summary>The weight of the newest batch in the running statistics; null averages all batches alike.</summary>
    public double? momentum { get; set; }

    public bool affine { get; }

    public bool track_running_stats { get; }

    /// <summary>The scale γ, <c>[C]</c>; null where not affine.</summary>
    public Parameter? weight
    {
        get => _weight;
        set
        {
            _weight = value;
            ConditionallyRegisterParameter(nameof(weight), value);
        }
    }

    /// <summary>The shift β, <c>[C]</c>; null where not affine.</summary>
    public Parameter? bias
    {
        get => _bias;
        set
        {
            _bias = value;
            ConditionallyRegisterParameter(nameof(bias), value);
        }
    }

    public Tensor? running_mean
    {
        get => _running_mean;
        set
        {
            _running_mean = value;
            ConditionallyRegisterBuffer(nameof(running_mean), value);
        }
    }

    public Tensor? running_var
    {
        get => _running_var;
        set
        {
            _running_var = value;
            ConditionallyRegisterBuffer(nameof(running_var), value);
        }
    }

    public Tensor? num_batches_tracked
    {
        get => _num_batches_tracked;
        set
        {
            _num_batches_tracked = value;
            ConditionallyRegisterBuffer(nameof(num_batches_tracked), value);
        }
    }

    public void reset_running_stats()
    {
        if (!track_running_stats) return;
        DefaultInit.Fill(_running_mean!, 0);
        DefaultInit.Fill(_running_var!, 1);
        DefaultInit.Fill(_num_batches_tracked!, 0);
    }

    public void reset_parameters()
    {
        reset_running_stats();
        if (!affine) return;
        DefaultInit.Fill(_weight!, 1);
        DefaultInit.Fill(_bias!, 0);
    }

    /// <exception cref="ArgumentException">The input has a number of dimensions that this norm does not take.</exception>
    protected abstract void ValidateInputDimensions(Tensor input);

    private protected void RequireDimensions(Tensor input, params ReadOnlySpan<long> allowed)
    {
        if (allowed.Contains(input.dim())) return;
        throw new ArgumentException($"{GetName()}: expected a {string.Join("D or ", allowed.ToArray())}D input, but got a {input.dim()}D one of shape [{string.Join(", ", input.shape)}].", nameof(input));
    }
}
