// QDROP001: Make the class partial, and those around it
// QDROP001: Make the class partial, and those around it
public static partial class Zoo
    internal partial record Cage<T>
        partial class Block() : Module<Tensor, Tensor>("block") { public override Tensor forward(Tensor x) => x.relu(); }
    public partial class Net() : Module<Tensor, Tensor>("net") { private readonly Module<Tensor, Tensor> fc = Linear(4, 4), block = Cage<int>.Make(); public override Tensor forward(Tensor x) => block.forward(fc.forward(x)); }