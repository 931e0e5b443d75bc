namespace QDrop.Generators.Tests;

/// <content>Forwards with several tensors in one value: tuples, arrays and lists.</content>
internal static partial class Forwards
{
    private static Dictionary<string, (string Members, string Body)> Collections() =>
        new()
        {
            ["tuples and deconstruction"] = (
                "private (Tensor, Tensor) Both(Tensor t) => (relu(conv1.forward(t)), conv2.forward(t));",
                """
                (Tensor a, Tensor b) = (conv1.forward(x), tanh(x));
                (a, b) = (b, a);
                var (c, _) = Both(a);
                var pair = (first: c, second: (n: 2, last: Both(b).Item2));
                return pair.first + pair.Item2.last * pair.second.n;
                """
            ),
            ["a value that goes through a tuple is fused"] = (
                "private (Tensor Low, Tensor High) Stages(Tensor t) { var low = conv1.forward(t); return (low, "
                    + "conv2.forward(t)); }",
                "var (low, high) = Stages(x); return cat([relu(low), tanh(high)], 1);"),
            ["a layer after dense concatenation in a loop"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> layers = new(Conv2d(4, 4, 1), Conv2d(8, 4, 1), "
                    + "Conv2d(12, 4, 1));",
                """
                var features = new List<Tensor> { x };
                foreach (var layer in layers)
                {
                    var y = layer.forward(cat(features, 1));
                    features.Add(relu(y));
                }
                return cat(features, 1);
                """
            ),
            ["chunks by constant index"] = (
                "", "var parts = x.chunk(2, 1); var a = parts[0]; return cat([parts[1], relu(a), parts[^1]], 1);"),
            ["chunks in loops"] = (
                "",
                """
                Tensor sum = x.narrow(1, 0, 1);
                var parts = conv1.forward(x).split(1, 1);
                for (var i = 0; i < parts.Length; i++)
                    parts[i] = relu(parts[i]);
                foreach (var part in parts)
                    sum += part;
                foreach (var part in unbind(x, 0))
                    sum = sum * part.mean();
                return sum;
                """
            ),
            ["an array that is filled"] = (
                "",
                """
                var all = new Tensor[3];
                all[0] = conv1.forward(x);
                all[1] = all[0] + x;
                all[2] = all[1];
                all[1] += all[2];
                return torch.stack(all.Skip(1).Reverse().ToArray(), 0).flatten(0, 1);
                """
            ),
            ["skip connections on a stack"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> down = new(Conv2d(4, 4, 1), Conv2d(4, 4, 1)); "
                    + "private readonly ModuleList<Module<Tensor, Tensor>> up = new(Conv2d(8, 4, 1), Conv2d(8, 4, 1));",
                """
                var skips = new Stack<Tensor>();
                foreach (var layer in down)
                {
                    x = relu(layer.forward(x));
                    skips.Push(x);
                }
                for (var i = 0; i < up.Count; i++)
                    x = up[i].call(cat([x, skips.Pop()], 1));
                return x;
                """
            ),
            ["a list that helpers fill and read"] = (
                "private void Collect(List<Tensor> all, Tensor t) => all.Add(relu(conv1.forward(t))); private static "
                    + "Tensor Join(IEnumerable<Tensor> parts) => cat(parts.ToList(), 1);",
                """
                var all = new List<Tensor>(2);
                var same = all;
                Collect(same, x);
                Collect(all, x);
                return Join(all);
                """
            ),
            ["spreads and ranges"] = (
                "",
                "Tensor[] parts = [x, .. conv1.forward(x).chunk(2, 1), relu(x)]; return cat(parts[1..], 1) + cat([.. "
                    + "parts[..1]], 1).mean();"),
            ["a dictionary of tensors"] = (
                "",
                """
                var features = new Dictionary<string, Tensor> { ["low"] = conv1.forward(x) };
                features["high"] = relu(features["low"]);
                features.Add("sum", x);
                return features.TryGetValue("high", out var high) ? high + features["sum"] : x;
                """
            ),
            ["tuples in lists"] = (
                "",
                """
                var pairs = new List<(Tensor Value, int Times)> { (x, 2), (conv1.forward(x), 3) };
                var sum = x;
                foreach (var pair in pairs)
                    sum += pair.Value * pair.Times;
                return sum;
                """
            ),
            ["patterns on tensors"] = (
                "private readonly Module<Tensor, Tensor>? none = null;",
                """
                var y = none?.forward(x);
                if (y is not { } given)
                    given = conv1.forward(x);
                var z = y switch { null => given, Tensor t => relu(t) };
                if ((y, z) is (null, var other))
                    z = other + given;
                return z;
                """
            ),
            ["layers by pattern"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> layers = new(Conv2d(4, 4, 1), ReLU(), Dropout());",
                """
                foreach (var layer in layers)
                {
                    x = layer switch
                    {
                        Conv2d conv => conv.forward(x) + x,
                        ReLU act => act.call(x),
                        _ when layers.Count > 9 => x * 2,
                        var other => other.forward(x),
                    };
                }
                return x;
                """
            ),
            ["an array of arrays"] = (
                "", "Tensor[][] grid = [x.chunk(2, 1), [relu(x)]]; return cat(grid[0], 1) + grid[1][0];"),
            ["an element in place"] = ("", "var parts = conv1.forward(x).chunk(2, 1); return parts[0].relu_();"),
        };
}
