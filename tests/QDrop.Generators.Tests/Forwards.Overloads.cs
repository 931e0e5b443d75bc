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
        ["transposes as properties and in place"] = ("", """
            var y = conv1.forward(x).mT;
            y = y.transpose_(2, 3).unsqueeze_(0).squeeze_(0);
            y = conv2.forward(relu(y).mH.swapdims(2, 3).contiguous());
            return y.flatten(1).T.t();
            """),
        ["constants that forward makes of numbers"] = ("private readonly float[] shift = [1, 2, 3, 4];", """
            var y = conv1.forward(x) + torch.tensor(shift).view(4, 1, 1);
            y = y.index_select(1, torch.as_tensor(new long[] { 3, 1, 2, 0 })) * torch.tensor(0.5f);
            y = y * torch.from_array(new double[,] { { 1, 2, 3, 4, 5, 6, 7, 8 } }).type(ScalarType.Float32);
            var mask = torch.ones(8, 8).tril_().type(ScalarType.Bool);
            return conv2.forward(y.masked_fill(mask, 0) + y.new_ones(8) - torch.full_like(x, 0.5));
            """),
        ["functions in place, one after another"] = ("", """
            var y = conv1.forward(x).abs_().sqrt_();
            y = y.clamp_min_(0.1).log_();
            y = torch.add_(y, x).fmod(2);
            return conv2.forward(y.exp_().round(2)) - torch.zeros(8).fill_(3);
            """),
        ["orders, norms, and means with deviations"] = ("", """
            var (greatest, _) = conv1.forward(x).topk(3, 1);
            var rows = x.sort(2, true).Values.narrow(1, 0, 1);
            var (std, mean) = torch.std_mean(x, new long[] { 2, 3 }, keepdim: true);
            var y = conv2.forward(torch.cat([greatest, rows], 1) - mean) / (std + 1);
            return y / y.norm(1, true) + torch.topk(y, 8, 2).values + y.var_mean([2L, 3L], keepdim: true).mean;
            """),
        ["grids of coordinates, and pools that are undone"] = ("", """
            var y = conv1.forward(x);
            var (greatest, places) = functional.max_pool2d_with_indices(y, new long[] { 2, 2 }, [2L, 2]);
            y = functional.max_unpool2d(relu(greatest), places, [2L, 2], [2L, 2]);
            var grid = torch.meshgrid([torch.arange(8), torch.arange(8)], "xy");
            return conv2.forward(y + (grid[0] * 2 - grid[1]).to(ScalarType.Float32));
            """),
        ["positions that are computed"] = ("", """
            var positions = torch.arange(8).remainder(3).cumsum(0).floor_divide(2);
            var y = conv1.forward(x).index_select(3, positions % 8);
            return conv2.forward(y) + functional.one_hot(positions % 8, 8).to(ScalarType.Float32);
            """),
    };
}
