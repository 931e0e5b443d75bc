using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>x·Φ(x), with the distribution function of the normal distribution.</summary>
public sealed class GELU : ParameterLessModule<Tensor, Tensor>
{
    internal GELU(Approximate approximate, bool inplace) : base(nameof(GELU))
    {
        this.approximate = approximate;
        this.inplace = inplace;
    }

    /// <summary>How Φ is computed.</summary>
    public enum Approximate
    {
        /// <summary>By the error function.</summary>
        none = 0,

        /// <summary>By tanh.</summary>
        tanh = 1,
    }

    public Approximate approximate { get; set; }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.gelu(tensor, approximate, inplace);
}
