namespace QDrop.Generators.Tests;

/// <content>Forwards that say when tensors are disposed.</content>
internal static partial class Forwards
{
    private static Dictionary<string, (string Members, string Body)> Scopes() =>
        new()
        {
            ["a scope for the whole forward"] = (
                "",
                """
                using var scope = NewDisposeScope();
                var y = relu(conv1.forward(x));
                return (y + x).MoveToOuterDisposeScope();
                """
            ),
            ["scopes in helpers, blocks and branches"] = (
                """
                private readonly bool flag = true;
                private Tensor Stage(Tensor t)
                {
                    using (var inner = torch.NewDisposeScope())
                    {
                        var y = conv1.forward(t);
                        return inner.MoveToOuter(relu(y));
                    }
                }
                """,
                """
                using var scope = torch.NewDisposeScope();
                var a = Stage(Stage(x));
                Tensor b;
                using (NewDisposeScope())
                    b = conv2.forward(a.alias()).MoveToOuterDisposeScope();
                if (flag)
                {
                    using var c = tanh(b);
                    b = c + a;
                }
                return scope.MoveToOuter(b);
                """
            ),
            ["try and finally"] = (
                "private Tensor Stage(Tensor t) { try { return relu(conv1.forward(t)); } finally { GC.KeepAlive(this); "
                    + "} }",
                """
                var y = conv1.forward(x);
                var z = x;
                var scope = NewDisposeScope();
                try
                {
                    z = relu(y);
                    z = Stage(z).DetachFromDisposeScope();
                }
                finally
                {
                    scope.Dispose();
                }
                return conv2.forward(z);
                """
            ),
            ["tensors that leave every scope"] = (
                "",
                """
                using var scope = NewDisposeScope();
                var y = conv1.forward(x).DetachFromDisposeScope();
                var z = scope.Detach(relu(y));
                y.Dispose();
                return z;
                """
            ),
            ["a scope around a loop with a list"] = (
                "",
                """
                using var scope = NewDisposeScope();
                var all = new List<Tensor>();
                for (var i = 0; i < 2; i++)
                {
                    using var step = NewDisposeScope();
                    x = relu(conv1.forward(x)).MoveToOuterDisposeScope();
                    all.Add(x);
                }
                return cat(all, 1).MoveToOuterDisposeScope();
                """
            ),
            ["tensors that are disposed by declaration"] = (
                "",
                """
                using var y = conv1.forward(x);
                using var z = relu(y);
                using Tensor a = conv2.forward(z), b = tanh(a);
                return conv1.forward(b);
                """
            ),
            ["tensors that are disposed by statement"] = (
                "private readonly bool flag = true;",
                """
                var y = conv1.forward(x);
                var z = relu(y);
                y.Dispose();
                var a = conv2.forward(z);
                var b = tanh(a);
                if (flag)
                    a.Dispose();
                z.Dispose();
                return b;
                """
            ),
            ["tensors that are disposed behind a block"] = (
                "",
                """
                Tensor b;
                using (var y = conv1.forward(x))
                    b = relu(y);
                using (Tensor c = conv2.forward(b), d = tanh(c))
                {
                    b = conv1.forward(d);
                }
                return b;
                """
            ),
            ["tensors that are disposed, one declaration for several"] = (
                "",
                """
                using Tensor y = conv1.forward(x), z = relu(y) + y, a = conv2.forward(z), b = relu(a);
                return conv1.forward(b);
                """
            ),
            ["a tensor that is disposed by one of two names is not fused"] = (
                "private readonly bool flag = true;",
                """
                var y = conv1.forward(x);
                var z = flag ? y : x.clone();
                var a = relu(y);
                z.Dispose();
                return conv2.forward(a.clone());
                """
            ),
            ["a shape that is asked for of what a chain goes on with"] = (
                "private readonly MaxPool2d down = MaxPool2d(2);",
                """
                var y = conv1.forward(x);
                var channels = y.shape[1];
                var z = relu(y);
                if (z is null || z.dim() != 4)
                    throw new InvalidOperationException();
                var height = z.shape[2];
                var a = down.forward(z);
                return a.view(-1, channels * height / 2, a.shape[3]);
                """
            ),
            ["a shape that is asked for before a function that changes it"] = (
                "",
                """
                var y = conv1.forward(x);
                var channels = y.shape[1];
                y = functional.glu(y, 1);
                return y * channels;
                """
            ),
            ["a value that is also another operation's weight is not fused"] = (
                "",
                """
                var y = conv1.forward(x).mean(new long[] { 0, 2, 3 });
                var z = functional.prelu(x, tanh(y));
                return functional.prelu(relu(y).unsqueeze(0), y) + z.mean(new long[] { 2, 3 });
                """
            ),
        };
}
