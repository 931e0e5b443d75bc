#nullable disable
using System;
using System.Collections.Generic;
using System.Linq;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Cases
{
public class SilentWeight : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(4, 8)); private readonly Linear head = Linear(4, 2);
    public SilentWeight() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) { var w = weight.to_type(ScalarType.Float32); return head.call(functional.relu(matmul(x, w.t()))); }
}
public class LoudWeight : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(4, 8)); private readonly Linear head = Linear(4, 2);
    public LoudWeight() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => head.call(functional.relu(matmul(x, weight.t())));
}
public class FunctionalConv : Module<Tensor, Tensor>
{
    private readonly Parameter g = Parameter(ones(4, 1, 1)), v = Parameter(randn(4, 3, 3)); private readonly Linear l = Linear(8, 8);
    public FunctionalConv() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => l.call(functional.conv1d(x, g * v, padding: 1));
}
public class MatmulPlain : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(8, 4));
    public MatmulPlain() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => matmul(x, weight);
}
public class MatmulT : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(4, 8));
    public MatmulT() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => matmul(x, weight.t());
}
// a whole model out of hand-made linear layers
public class HandLinear : Module<Tensor, Tensor>
{
    private readonly Parameter weight; private readonly Parameter bias;
    public HandLinear(long i, long o) : base("a") { weight = Parameter(randn(o, i)); bias = Parameter(zeros(o)); RegisterComponents(); }
    public override Tensor forward(Tensor x) => matmul(x, weight.t()) + bias;
}
public class HandMlp : Module<Tensor, Tensor>
{
    private readonly HandLinear a = new(8, 8), b = new(8, 8); private readonly Linear head = Linear(8, 2);
    public HandMlp() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => head.call(b.call(a.call(x).relu()).relu());
}
public class HandConv : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(6, 3, 3, 3)), bias = Parameter(randn(6)), last = Parameter(randn(4, 6, 1, 1));
    private readonly BatchNorm2d norm = BatchNorm2d(6);
    public HandConv() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        var y = functional.conv2d(x, weight, bias, padding: new long[] { 1, 1 });
        y = functional.relu(norm.call(y));
        return functional.conv2d(y, last);
    }
}
public class HandEinsum : Module<Tensor, Tensor>
{
    private readonly Parameter first = Parameter(randn(8, 1, 6)), bias = Parameter(randn(6)), second = Parameter(randn(6, 5)), third = Parameter(randn(4, 5)), third_bias = Parameter(randn(4));
    public HandEinsum() : base("a") => RegisterComponents();
    private static Tensor Apply(Tensor x, Tensor w, Tensor b) => functional.linear(x, w, b);
    public override Tensor forward(Tensor x)
    {
        var w = first.reshape(8, 6);
        var y = einsum("bi,io->bo", x, w) + bias;
        y = functional.relu(y);
        y = einsum("bi, io -> bo", y, second).tanh();
        return Apply(y, third.to_type(ScalarType.Float32), third_bias);
    }
}
public class HandLeft : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(5, 8)), bias = Parameter(randn(5, 1)), once = Parameter(randn(5, 7)), other = Parameter(randn(7));
    public HandLeft() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = functional.relu(weight.matmul(x) + bias).transpose(1, 2);
        var y = x.matmul(once);
        y = y + other;
        return y.tanh();
    }
}
public class HandTied : Module<Tensor, Tensor>
{
    private readonly Parameter weight = Parameter(randn(8, 8));
    public HandTied() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x) => x.matmul(weight).relu().matmul(weight.t());
}
public class HandAdd : Module<Tensor, Tensor>
{
    private readonly Parameter w = Parameter(randn(6, 8)), b = Parameter(randn(6)), v = Parameter(randn(6, 6)), c = Parameter(randn(6));
    public HandAdd() : base("a") => RegisterComponents();
    public override Tensor forward(Tensor x)
    {
        x = x.matmul(w.t());
        x += b;
        x = x.relu();
        using var y = x.mm(v);
        y.add_(c);
        return y.sigmoid() + y;
    }
}
}
