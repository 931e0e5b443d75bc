using QDrop.Operations;
using QDrop.Programs;

namespace QDrop.Grids;

/// <content>Grids of values that the program has in float32.</content>
internal sealed partial class QuantizationPlan
{
    /// <summary>
    /// Gives convolutions whose results are added to codes, and then quantized, a grid: of 8 bits within what the sum
    /// can be before the quantizer clamps it. What is outside gives the same code as the end of the range.
    /// </summary>
    private void RoundSummands(int value, ActivationGrid grid)
    {
        (int sum, float low, float high) = Walk(value);
        if (!IsInner(sum) || _graph.MakerOf(sum) is not { Name: "add" } add)
            return;
        for (int i = 0; i < 2; i++)
        {
            int summand = add.Operands[i];
            if (_grids[summand] is not null || !IsConvolution(summand)
                || _grids[add.Operands[1 - i]] is not { Axis: null } other)
                continue;
            float least = Math.Max(low, Value(grid, 0)) - Value(other, other.Top);
            float greatest = Math.Min(high, Value(grid, grid.Top)) - Value(other, 0);
            _rounded[summand] = Range(_graph.MakerOf(summand)!.Place, least, greatest);
        }
    }

    /// <summary>Gives convolutions whose results come to quantizers through other operations a grid.</summary>
    private void RoundMeasured(MeasuredRanges ranges)
    {
        int[] convolutions =
        [
            .. Enumerable.Range(0, _graph.ValueCount)
                .Where(v => IsConvolution(v) && QuantizerOf(v) is null && LeadsToQuantizer(v)),
        ];
        foreach ((int value, (float least, float greatest)) in convolutions.Zip(ranges.Of(convolutions)))
        {
            if (_rounded[value] is { } grid)
            {
                _rounded[value] = Range(
                    grid.Name, Math.Max(least, Value(grid, 0)), Math.Min(greatest, Value(grid, grid.Top))) ?? grid;
            }
            else
            {
                _rounded[value] = Range(_graph.MakerOf(value)!.Place, least, greatest);
            }
        }
    }

    private bool LeadsToQuantizer(int value)
    {
        for (int next = value; IsInner(next);)
        {
            next = _consumers[next][0];
            Operation operation = _graph.MakerOf(next)!;
            if (operation.Data is ActivationGrid grid)
                return grid.Axis is null;
            if (operation.Name is not ("add" or "mul") && !UnaryFunctions.Names.Contains(operation.Name))
                return false;
        }
        return false;
    }

    /// <summary>Products of matrices may give float32, and are computed in integers all the same.</summary>
    private bool IsConvolution(int value) =>
        IsInner(value) && _graph.MakerOf(value) is { Name: "conv" } layer
        && _grids[layer.Operands[0]] is { Axis: null };

    private static float Value(ActivationGrid grid, int code) => (code - grid.ZeroPoints[0]) * grid.Scales[0];

    private static ActivationGrid? Range(string name, float least, float greatest)
    {
        (least, greatest) = (Math.Min(least, 0), Math.Max(greatest, 0));
        float scale = (greatest - least) / byte.MaxValue;
        return float.IsNormal(scale)
            ? new(name, 8, [scale], [(byte)Math.Clamp(MathF.Round(-least / scale), 0, byte.MaxValue)], null)
            : null;
    }
}
