using CsCheck;
using static TorchSharp.torch;

namespace QDrop.Tests.Calibration;

/// <summary>
/// Functions one after the other of a value <c>[N, C, H, W]</c>, of which all sizes are equal, and what is known of its
/// dimensions without looking at any value: which of them counts the channels.
/// </summary>
internal sealed class ChannelProgram
{
    private readonly int _size;
    private readonly List<(string Name, Func<Tensor, Tensor, Tensor> Function)> _steps = [];

    // What each dimension counts: one of N, C, H and W, or several of them that were merged, or none (size 1).
    private readonly List<string> _dimensions = ["N", "C", "H", "W"];

    private ChannelProgram(int size, IEnumerable<(int Kind, int First, int Second)> choices)
    {
        _size = size;
        foreach ((int kind, int first, int second) in choices)
            Add(kind, first, second);
    }

    /// <summary>The dimension that counts the channels.</summary>
    public int Axis => _dimensions.FindIndex(static d => d.Contains('C'));

    public static Gen<ChannelProgram> Programs(int size) => Gen.Select(Gen.Int[0, 8], Gen.Int[0, 99], Gen.Int[0, 99])
        .Array[3, 9]
        .Select(choices => new ChannelProgram(size, choices));

    /// <summary>Runs it.</summary>
    /// <param name="y">The value.</param>
    /// <param name="s">A value <c>[N, C]</c> for gates.</param>
    public Tensor Run(Tensor y, Tensor s) => _steps.Aggregate(y, (value, step) => step.Function(value, s));

    public override string ToString() => string.Join(", ", _steps.Select(static s => s.Name));

    private void Add(int kind, int first, int second)
    {
        int count = _dimensions.Count, at = first % count, other = second % count;
        string dimension = _dimensions[at];
        switch (kind)
        {
            case 0:
                (_dimensions[at], _dimensions[other]) = (_dimensions[other], _dimensions[at]);
                Step($"transpose {at} {other}", (x, _) => x.transpose(at, other));
                break;
            case 1 when at + 1 < count && count > 2:
                _dimensions[at] += _dimensions[at + 1];
                _dimensions.RemoveAt(at + 1);
                Step($"flatten {at}", (x, _) => x.flatten(at, at + 1));
                break;
            case 2 when dimension.Length > 1:
                _dimensions[at] = dimension[1..];
                _dimensions.Insert(at, dimension[..1]);
                Step($"unflatten {at}", (x, _) => x.unflatten(at, [_size, -1]));
                break;
            case 3 when count < 6:
                _dimensions.Insert(at, "");
                Step($"unsqueeze {at}", (x, _) => x.unsqueeze(at));
                break;
            case 4:
                _dimensions.RemoveAll(static d => d.Length == 0);
                Step("squeeze", static (x, _) => x.squeeze());
                break;
            case 5:
                Step("relu", static (x, _) => x.relu() + 0.1 * x);
                break;
            case 6 when _dimensions.Contains("C") && _dimensions.Contains("N"):
                long[] shape = [.. _dimensions.Select(d => d is "N" or "C" ? _size : 1L)];
                bool isTurned = _dimensions.IndexOf("C") < _dimensions.IndexOf("N");
                Step("gate", (x, s) => x * (isTurned ? s.t() : s).reshape(shape).sigmoid());
                break;
            case 7 when dimension is "H" or "W" or "N":
                Step($"softmax {at}", (x, _) => x.softmax(at));
                break;
            case 8 when dimension is "H" or "W":
                Step($"mix {at}", (x, _) =>
                    x.transpose(at, -1).matmul(arange(_size * _size).view(_size, _size).cos()).transpose(at, -1));
                break;
        }
    }

    private void Step(string name, Func<Tensor, Tensor, Tensor> function) => _steps.Add((name, function));
}
