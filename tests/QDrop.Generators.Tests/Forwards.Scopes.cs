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
        };
}
