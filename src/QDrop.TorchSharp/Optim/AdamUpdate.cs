using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>One step of Adam (arXiv 1412.6980, algorithm 1) on one parameter, in PyTorch's order of operations.</summary>
internal readonly record struct AdamUpdate(double Rate, double Beta1, double Beta2, double Eps)
{
    /// <param name="parameter">Changed in place.</param>
    /// <param name="grad">Its gradient, weight decay included where the decay is not decoupled.</param>
    /// <param name="step">The number of this step, from 1.</param>
    /// <param name="mean">Running mean of the gradient, changed in place.</param>
    /// <param name="square">Running mean of the squared gradient, changed in place.</param>
    /// <param name="maxSquare">AMSGrad's greatest <paramref name="square"/> so far, changed in place; null without AMSGrad.</param>
    internal void Apply(Tensor parameter, Tensor grad, long step, Tensor mean, Tensor square, Tensor? maxSquare)
    {
        InPlace.Lerp(mean, grad, 1 - Beta1);
        InPlace.Mul(square, Beta2);
        InPlace.AddCMul(square, grad, grad, 1 - Beta2);
        if (maxSquare is not null) InPlace.Maximum(maxSquare, square);
        double correction1 = 1 - Math.Pow(Beta1, step), correction2 = 1 - Math.Pow(Beta2, step);
        using Tensor denominator = Aten.Call("sqrt", maxSquare ?? square);
        InPlace.Div(denominator, Math.Sqrt(correction2));
        InPlace.Add(denominator, Eps);
        InPlace.AddCDiv(parameter, mean, denominator, -Rate / correction1);
    }
}
