using System.Globalization;
using QDrop.Execution;
using QDrop.Programs;

namespace QDrop.Graphs;

/// <summary>
/// The shapes of the values of a program, of which some sizes are known only when it runs: the program's own inference
/// for inputs of two sizes, and what differs.
/// </summary>
internal sealed class SymbolicShapes
{
    /// <summary>A size that is known only when the program runs.</summary>
    public const int Unknown = -1;

    private const int OneBatch = 5;
    private const int OtherBatch = 7;

    /// <summary>
    /// Sizes of images, of sequences and so on, of which a model may take some and not others: that with which it was
    /// recorded, with one larger or smaller, or usual ones.
    /// </summary>
    private static readonly (Func<int, int> One, Func<int, int> Other)[] Sizes =
    [
        (static r => r, static r => 2 * r), (static r => r, static r => r / 2),
        .. new (int One, int Other)[]
            {
                (64, 96), (32, 64), (224, 256), (128, 160), (16, 24), (8, 12), (512, 640), (299, 331), (1000, 1600),
                (7, 9),
            }
            .Select(static p => ((Func<int, int>)(_ => p.One), (Func<int, int>)(_ => p.Other))),
    ];

    private readonly ValueInfo[] _one;
    private readonly ValueInfo[] _other;

    private SymbolicShapes(ValueInfo[] one, ValueInfo[] other) => (_one, _other) = (one, other);

    /// <summary>The kind and the shape of a value.</summary>
    public ValueInfo this[int value] => _one[value] with
    {
        Shape = [.. _one[value].Shape.Zip(_other[value].Shape, static (s, t) => s == t ? s : Unknown)],
    };

    /// <summary>Finds the shapes of a program's values.</summary>
    /// <exception cref="InvalidProgramGraphException">The program takes no inputs of usual sizes.</exception>
    public static SymbolicShapes Of(ProgramGraph graph)
    {
        InvalidProgramGraphException? first = null;
        // Samples alone do not make other sizes possible.
        int tries = graph.Inputs.Any(static i => i.Shape.Skip(1).Contains(Unknown)) ? Sizes.Length : 1;
        foreach ((Func<int, int> one, Func<int, int> other) in Sizes.Take(tries))
        {
            try
            {
                return new(Infer(graph, OneBatch, one), Infer(graph, OtherBatch, other));
            }
            catch (InvalidProgramGraphException e)
            {
                first ??= e;
            }
        }
        throw first!;
    }

    /// <summary>
    /// The sizes of an input or an output: numbers, N for the number of samples, and other names for others.
    /// </summary>
    public IEnumerable<object> Declared(int value, string name)
    {
        int[] shape = this[value].Shape;
        for (int d = 0; d < shape.Length; d++)
        {
            bool isBatch = (_one[value].Shape[d], _other[value].Shape[d]) == (OneBatch, OtherBatch);
            yield return shape[d] != Unknown
                ? shape[d]
                : isBatch ? "N" : string.Create(CultureInfo.InvariantCulture, $"{name}_{d}");
        }
    }

    private static ValueInfo[] Infer(ProgramGraph graph, int samples, Func<int, int> size) => ExecutionPlan.InfosOf(
        graph,
        [
            .. graph.Inputs.Select(i => i.Shape
                .Select((s, d) => s != Unknown ? s : d == 0 ? samples : size(i.Recorded[d])).ToArray()),
        ]);
}
