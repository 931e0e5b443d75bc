using System.Runtime.InteropServices;
using QDrop.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace QDrop.Calibrator;

/// <summary>
/// What the float model computes on a few calibration inputs. It is kept with a result, because a content key cannot
/// see all code that a model computes with: values of other assemblies, overrides, files that a constructor reads.
/// </summary>
/// <param name="values">For each output of each input some of its elements.</param>
internal sealed class ModelOutputs(IReadOnlyList<float[]> values)
{
    private const int MaxInputs = 4, MaxElements = 1000;

    /// <summary>
    /// A difference that processors can make, in parts of an output's extent: other code gives a greater one.
    /// </summary>
    private const double Tolerance = 1e-3;

    /// <summary>Runs the model, on one input at a time.</summary>
    /// <param name="twin">The model's twin.</param>
    /// <param name="inputs">For each parameter of <c>forward</c> a tensor of shape <c>[Samples, …]</c>.</param>
    /// <exception cref="QDropException">QDROP222, QDROP230: the model cannot run on them.</exception>
    public static ModelOutputs Of(IModelTwin twin, IReadOnlyList<Tensor> inputs)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = Math.Min(MaxInputs, inputs[0].shape[0]);
        return new ModelOutputs(
        [
            .. Enumerable
                .Range(0, (int)count)
                .SelectMany(sample => CalibrationInputs.Try(twin, inputs, sample).Tensors)
                .Select(Elements),
        ]);
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is none of these files.</exception>
    public static ModelOutputs Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<float[]> values = [];
        for (ReadOnlySpan<byte> rest = bytes; !rest.IsEmpty;)
        {
            int length = rest.Length < sizeof(int) ? -1 : MemoryMarshal.Read<int>(rest);
            if (length is < 0 or > MaxElements || rest.Length < sizeof(int) + (length * sizeof(float)))
                throw new InvalidDataException($"'{path}' is no file of outputs.");
            rest = rest[sizeof(int)..];
            values.Add(MemoryMarshal.Cast<byte, float>(rest[..(length * sizeof(float))]).ToArray());
            rest = rest[(length * sizeof(float))..];
        }
        return new ModelOutputs(values);
    }

    /// <summary>Writes, for each output, the number of its elements and the elements.</summary>
    public void Write(string path)
    {
        using FileStream file = File.Create(path);
        foreach (float[] output in values)
        {
            file.Write(BitConverter.GetBytes(output.Length));
            file.Write(MemoryMarshal.AsBytes<float>(output));
        }
    }

    /// <summary>Whether they can be of the same model, run on another processor.</summary>
    public bool Fit(ModelOutputs others) => DifferenceFrom(others) <= Tolerance;

    /// <summary>The greatest difference of two elements, in parts of their output's extent.</summary>
    public double DifferenceFrom(ModelOutputs others) =>
        values.Select(static v => v.Length).SequenceEqual(others.Values.Select(static v => v.Length))
            ? values.Zip(others.Values, Difference).DefaultIfEmpty(0).Max()
            : double.PositiveInfinity;

    private IReadOnlyList<float[]> Values => values;

    private static double Difference(float[] output, float[] other)
    {
        double difference = 0, least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        foreach ((float one, float two) in output.Zip(other))
        {
            if (!float.IsFinite(one) || !float.IsFinite(two))
            {
                if (!one.Equals(two))
                    return double.PositiveInfinity;
                continue;
            }
            difference = Math.Max(difference, Math.Abs((double)one - two));
            (least, greatest) = (Math.Min(least, one), Math.Max(greatest, one));
        }
        if (difference == 0)
            return 0;
        // A single element, or one value everywhere, has no extent but its size.
        double extent = greatest > least ? greatest - least : Math.Abs(greatest);
        return extent > 0 ? difference / extent : double.PositiveInfinity;
    }

    /// <summary>Elements of a tensor, evenly spread if there are many.</summary>
    private static float[] Elements(Tensor output)
    {
        using Tensor flat = output.detach().to(float32).cpu().flatten();
        long count = flat.shape[0], kept = Math.Min(count, MaxElements);
        using Tensor places = arange(kept, dtype: int64).mul(count).div(Math.Max(kept, 1), RoundingMode.floor);
        return flat.index_select(0, places).data<float>().ToArray();
    }
}
