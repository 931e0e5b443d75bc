namespace QDrop.Generators.Tests;

/// <content>Forwards that call members of TorchSharp in their less common overloads.</content>
internal static partial class Forwards
{
    private static Dictionary<string, (string Members, string Body)> Overloads() => new()
    {
        ["sums and quotients with more arguments"] = ("", """
            var y = conv1.forward(x);
            y = y.add(x, 0.5).add(2, 0.5);
            y = torch.add(y, x, 2).div(3, RoundingMode.floor) + y.div(x, RoundingMode.trunc);
            return conv2.forward(torch.div(y, x, RoundingMode.floor) + y.sum(1, 2, 3, true));
            """),
        ["what does not change its tensor in TorchSharp"] = ("", """
            var y = conv1.forward(x);
            y.elu_();
            var z = functional.elu(y, 0.5, true);
            y.elu_(0.1, 2, 1);
            return conv2.forward(y + z);
            """),
        ["clipping to tensors"] = ("private readonly Tensor low = zeros(8);", """
            var y = conv1.forward(x);
            y = y.clamp(low, x).clamp(max: y.abs());
            return conv2.forward(y.pow(y.abs()).clamp(-1, 1));
            """),
        ["norms with and without parameters"] = ("""
            private readonly Tensor scale = ones(8), groups = ones(4);
            private readonly Tensor? none = null;
            """, """
            var y = functional.layer_norm(conv1.forward(x), [8L], scale, eps: 1e-3);
            y = functional.layer_norm(y, [8L], null, scale) + functional.layer_norm(y, [8L], bias: none);
            return conv2.forward(functional.group_norm(y, 2, groups) + functional.group_norm(y, 2, null, groups, 1e-3));
            """),
        ["deviations"] = ("", """
            var y = conv1.forward(x);
            return conv2.forward(y - y.std((2L, 3L), keepdim: true) + y.var(false) + y.std([1L, 2], false, true));
            """),
        ["rotations, splits and picks"] = ("", """
            var y = conv1.forward(x).roll((1, 2), (2, 3)).roll([1L, 2], [3L, 2]);
            var parts = y.split([1L, 3], 1);
            y = torch.cat([parts[1], parts[0]], 1);
            var rows = y.tensor_split([3L], 2);
            return conv2.forward(torch.concatenate(new List<Tensor> { rows[1], rows[0] }, 2));
            """),
        ["element types and devices"] = ("", """
            var y = conv1.forward(x).to(x.device).to(ScalarType.Float64, copy: true);
            return conv2.forward(y.to(x).to(DeviceType.CPU).to(ScalarType.Float32, x.device, disposeAfter: true));
            """),
    };
}
