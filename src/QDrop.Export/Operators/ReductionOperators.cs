using QDrop.Graphs;

namespace QDrop.Operators;

/// <summary>Operations that give one number for several, and norms.</summary>
internal static class ReductionOperators
{
    /// <summary>Gets how they are written.</summary>
    public static IEnumerable<(string Name, Emitter Emit)> All =>
    [
        ("sum", static e => Reduce(e, e.X, "ReduceSum")),
        ("mean", Mean),
        ("prod", static e => Reduce(e, e.X, "ReduceProd")),
        ("max", static e => Reduce(e, e.X, "ReduceMax")),
        ("min", static e => Reduce(e, e.X, "ReduceMin")),
        ("any", static e => OfTruths(e, "ReduceMax")),
        ("all", static e => OfTruths(e, "ReduceMin")),
        ("argmax", static e => Extreme(e, "ArgMax")),
        ("argmin", static e => Extreme(e, "ArgMin")),
        ("softmax", static e => e.Node("Softmax", [e.X], ("axis", (long)e.Axis(e.With.Integer("dim"))))),
        ("log_softmax", static e => e.Node("LogSoftmax", [e.X], ("axis", (long)e.Axis(e.With.Integer("dim"))))),
        ("layer_norm", LayerNorm),
        ("group_norm", GroupNorm),
    ];

    private static string Reduce(Emission e, string x, string type)
    {
        int[] dims = e.With.Integers("dims", []);
        string axes = dims.Length == 0 ? "" : e.Integers(dims.Select(d => e.Axis(d)).Distinct().Order());
        return e.Node(type, [x, axes], ("keepdims", e.With.Flag("keep") ? 1L : 0L));
    }

    /// <summary>The mean of each channel of an image is one that runtimes compute on codes, too.</summary>
    private static string Mean(Emission e)
    {
        int rank = e.Info(0).Rank;
        int[] dims = [.. e.With.Integers("dims", []).Select(d => e.Axis(d)).Distinct().Order()];
        if (rank < 4 || !dims.SequenceEqual(Enumerable.Range(2, rank - 2)))
            return Reduce(e, e.X, "ReduceMean");
        string mean = e.Op("GlobalAveragePool", e.X);
        return e.With.Flag("keep") ? mean : e.Node("Flatten", [mean], ("axis", 1L));
    }

    private static string OfTruths(Emission e, string type) =>
        e.Cast(Reduce(e, e.Cast(e.X, ElementKind.Int32), type), ElementKind.Bool);

    private static string Extreme(Emission e, string type) => e.Node(
        type, [e.X], ("axis", (long)e.Axis(e.With.Integer("dim"))), ("keepdims", e.With.Flag("keep") ? 1L : 0L));

    private static string LayerNorm(Emission e)
    {
        int dims = e.With.Int32("dims");
        string scale = e.Count > 1 ? e[1] : Ones(e, e.Info(0).Shape[^dims..]);
        return e.Node(
            "LayerNormalization", [e.X, scale, e[2]], ("axis", (long)-dims), ("epsilon", e.With.Number("eps")));
    }

    /// <summary>A group is a channel of another shape, and is normalized as one.</summary>
    private static string GroupNorm(Emission e)
    {
        int groups = e.With.Int32("groups");
        int[] shape = e.Info(0).Shape;
        string rows = e.Reshape(e.X, [0, groups, -1]);
        string normal = e.Node(
            "InstanceNormalization", [rows, Ones(e, [groups]), e.Floats(new float[groups], groups)],
            ("epsilon", e.With.Number("eps")));
        string y = shape.Count(static s => s == SymbolicShapes.Unknown) <= 1
            ? e.Reshape(normal, shape)
            : e.Op("Reshape", normal, e.Op("Shape", e.X));
        int[] perChannel = [-1, .. Enumerable.Repeat(1, shape.Length - 2)];
        if (e.Count > 1)
            y = e.Op("Mul", y, e.Reshape(e[1], perChannel));
        if (e.Count > 2)
            y = e.Op("Add", y, e.Reshape(e[2], perChannel));
        return y;
    }

    private static string Ones(Emission e, int[] shape)
    {
        if (shape.Contains(SymbolicShapes.Unknown))
            throw e.Refuse("it normalizes over a size that is known only when the program runs");
        float[] ones = new float[shape.Aggregate(1, static (a, b) => a * b)];
        Array.Fill(ones, 1);
        return e.Floats(ones, shape);
    }
}
