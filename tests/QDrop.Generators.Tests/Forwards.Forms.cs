namespace QDrop.Generators.Tests;

/// <content>Forwards that use the language's forms: conditions, patterns, properties, spellings of the same
/// operation.</content>
internal static partial class Forwards
{
    private static Dictionary<string, (string Members, string Body)> Forms() =>
        new()
        {
            ["conditions on modules that may be null"] = (
                "private readonly Module<Tensor, Tensor>? missing = null, there = Conv2d(4, 4, 1); private readonly "
                    + "bool skips = true;",
                """
                var identity = x;
                if (there != null)
                    identity = there.forward(x);
                if (missing is not null && skips)
                    identity = missing.forward(identity);
                if (there is { } layer)
                    identity = relu(layer.forward(identity));
                x = missing == null ? conv1.forward(x) : missing.call(x);
                x = missing is null ? x : missing.forward(x);
                return skips ? x + identity : x;
                """
            ),
            ["conditions in conditions"] = (
                "private readonly int stage = 2; private readonly string? kind = \"wide\";",
                """
                if (stage == 1)
                    x = conv1.forward(x);
                else if (stage is > 1 and < 4)
                    x = kind is "wide" or "wider" ? relu(conv2.forward(x)) : conv2.forward(x);
                else
                    throw new ArgumentException("stage");
                return x.shape is [var n, _, ..] && n > 1 ? x.flatten(1) : kind?.Length > 3 ? x : relu(x);
                """
            ),
            ["switch expressions on enums, tuples and types"] = (
                "private enum Act { None, Relu, Tanh } private readonly Act act = Act.Relu; private readonly bool last "
                    + "= false; private readonly Module<Tensor, Tensor> layer = ReLU();",
                """
                x = act switch
                {
                    Act.Relu => relu(conv1.forward(x)),
                    Act.Tanh => tanh(conv1.forward(x)),
                    Act.None when last => x,
                    _ => throw new InvalidOperationException(),
                };
                x = (act, last) switch { (Act.Relu, true) => x * 2, (Act.Relu, false) => conv2.forward(x), _ => x };
                return layer switch { ReLU relu => relu.forward(x), Conv2d { stride: var stride } conv => conv.forward(x) * stride.Length, _ => x };
                """
            ),
            ["properties with bodies as modules"] = (
                """
                private readonly Sequential layers = Sequential(Conv2d(4, 4, 1), ReLU());
                private Module<Tensor, Tensor> First => (Module<Tensor, Tensor>)layers[0];
                private Module<Tensor, Tensor> Second { get => (Module<Tensor, Tensor>)layers[1]; }
                public Module<Tensor, Tensor>? Extra { get; set; }
                private bool HasExtra => Extra is not null;
                """,
                "x = Second.forward(First.forward(x)); if (HasExtra) x = Extra!.forward(x); return conv1.call(x);"),
            ["this and base"] = (
                "",
                "return this.conv2.call(this.conv1.forward(x).relu()) * base.children().Count() + "
                    + "this.training.ToString().Length * (base.GetName().Length - 3);"),
            ["spellings of an activation function"] = (
                "private readonly Module<Tensor, Tensor> act = ReLU();",
                """
                var a = relu(conv1.forward(x)) + functional.relu(x) + conv2.forward(x).relu();
                var b = conv1.forward(x).relu() + act.forward(x) + torch.nn.functional.relu(conv2.forward(x));
                var c = conv1.forward(x).relu_() + functional.relu(conv2.forward(x), true);
                var d = conv1.forward(x);
                d.relu_();
                return a + b + c + d;
                """
            ),
            ["spellings of arithmetic"] = (
                "",
                """
                var y = conv1.forward(x);
                var sum = (y + x) - y.add(x) * torch.add(y, x);
                var difference = (y - x) / (y.sub(x) + 3) + torch.sub(y, x);
                y = y.mul(x).add_(x).mul_(0.5).sub_(sum).div_(2);
                y += difference;
                y -= x;
                y *= x;
                y /= 2;
                return torch.mul(y, x) + torch.div(y, 4) + y.div(3) + y.neg() - -x;
                """
            ),
            ["spellings of shapes"] = (
                "",
                """
                var a = x.flatten(1) + torch.flatten(x, 1) + x.view(x.shape[0], -1) + x.reshape(x.size(0), -1);
                var b = x.unsqueeze(1).squeeze(1) + torch.unsqueeze(x, 0).squeeze(0) + x.transpose(1, 2).transpose(1, 2) + torch.transpose(x, 2, 3).permute(0, 1, 3, 2);
                return cat([a, torch.flatten(relu(b), 1)], 1);
                """
            ),
            ["spellings of pooling and softmax"] = (
                "private readonly Module<Tensor, Tensor> pool = MaxPool2d(2), average = AvgPool2d(2), gap = "
                    + "AdaptiveAvgPool2d(1);",
                """
                var y = pool.forward(x) + max_pool2d(x, 2) + functional.max_pool2d(x, 2) + avg_pool2d(x, 2) + average.call(x) + adaptive_avg_pool2d(x, 4);
                y = softmax(y, 1) + y.softmax(1) + functional.softmax(y, dim: 1) + functional.log_softmax(y, 1);
                return y * gap.forward(y) + y.mean([2, 3], keepdim: true);
                """
            ),
            ["an index over two lists"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> convs = new(Conv2d(4, 4, 1), Conv2d(4, 4, 1)), "
                    + "acts = new(ReLU(), Tanh());",
                """
                for (var (i, n) = (0, convs.Count); i < n; i++)
                    x = acts[i].forward(convs[i].forward(x));
                foreach (var (conv, act) in convs.Zip(acts))
                    x = act.forward(conv.forward(x));
                foreach (var pair in convs.Zip(acts, (conv, act) => (conv, act)))
                    x = pair.act.forward(pair.conv.forward(x));
                return x;
                """
            ),
            ["lists that are filtered and reversed"] = (
                "private readonly ModuleList<Module<Tensor, Tensor>> layers = new(Conv2d(4, 4, 1), Dropout(), "
                    + "Conv2d(4, 4, 1));",
                """
                foreach (var layer in layers.Where(l => l is Conv2d).Reverse())
                    x = relu(layer.forward(x));
                foreach (var layer in layers.Skip(1))
                    x = layer.forward(x);
                foreach (var (layer, i) in layers.Select((l, i) => (l, i)))
                    x = layer.forward(x) * (i + 1);
                var count = layers.Count - 1;
                while (count >= 0)
                    x = layers[count--].call(x);
                return x;
                """
            ),
            ["children by name"] = (
                "private readonly ModuleDict<Module<Tensor, Tensor>> heads = nn.ModuleDict<Module<Tensor, "
                    + "Tensor>>((\"a\", Conv2d(4, 4, 1)), (\"b\", Conv2d(4, 2, 1)));",
                "return cat([heads[\"a\"].forward(x), heads[\"b\"].forward(relu(x))], 1);"),
            ["modules in arrays and in tuples"] = (
                "private readonly Module<Tensor, Tensor> act = ReLU(); private Module<Tensor, Tensor>[] stages => "
                    + "[conv1, act]; private (Module<Tensor, Tensor> conv, Module<Tensor, Tensor> act) pair => (conv2, "
                    + "act);",
                """
                foreach (var stage in stages)
                    x = stage.forward(x);
                var (conv, act) = pair;
                return act.forward(conv.forward(x)) + pair.act.forward(pair.conv.forward(x)) + stages[1].forward(stages[0].forward(x));
                """
            ),
            ["a local that chooses a module"] = (
                "private readonly bool wide = true;",
                """
                var layer = wide ? conv1 : conv2;
                var (first, second) = (conv1, conv2);
                x = second.forward(relu(first.forward(x)));
                return layer.forward(x);
                """
            ),
            ["masks by comparison"] = (
                "",
                """
                var y = conv1.forward(x);
                var mask = y > 0;
                y = y.masked_fill(mask & ~(x >= 1) | (x < y), 0.5) + where(x <= 0, y, conv2.forward(x)) * (0 < x);
                var other = (y == 0) ^ (y != x);
                y = (y * 2).masked_fill_(other, -1);
                return torch.where(y.gt(0).logical_and(mask), y, x * 0.1);
                """
            ),
            ["constants, checked and sizeof"] = (
                "private const int Channels = 4;",
                """
                const double half = 0.5;
                if (x.shape[1] != Channels)
                    throw new ArgumentException($"expected {Channels} channels, found {x.shape[1]}", nameof(x));
                var n = checked((int)x.shape[0] + sizeof(int));
                return conv1.forward(x) * half * n;
                """
            ),
        };
}
