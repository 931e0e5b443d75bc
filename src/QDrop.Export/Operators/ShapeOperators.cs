using QDrop.Graphs;
using QDrop.Programs;

namespace QDrop.Operators;

/// <summary>Operations that move elements.</summary>
internal static class ShapeOperators
{
    /// <summary>Gets how they are written.</summary>
    public static IEnumerable<(string Name, Emitter Emit)> All =>
    [
        ("reshape", static e => IsSame(e) ? e.X : e.Op("Reshape", e.X, Sizes(e))),
        ("permute", static e => e.Node(
            "Transpose", [e.X], ("perm", e.With.Integers("order").Select(static d => (long)d).ToArray()))),
        ("expand", static e => e.Op("Expand", e.X, Sizes(e))),
        ("slice", Slice),
        ("leading", static e => e.Op(
            "Slice", e.X, e.Integers(0), SizeOf(e, 1, e.Axis(e.With.Integer("of"), operand: 1)),
            e.Integers(e.Axis(e.With.Integer("dim"))))),
        ("flip", Flip),
        ("concat", static e => e.Node(
            "Concat", [.. Enumerable.Range(0, e.Count).Select(i => e[i])],
            ("axis", (long)e.Axis(e.With.Integer("dim"))))),
        ("pad", Pad),
        ("take", Take),
        ("gather", static e => e.Node(
            "GatherElements", [e.X, e[1]], ("axis", (long)e.Axis(e.With.Integer("dim"))))),
        ("cumsum", static e => e.Op("CumSum", e.X, e.Graph.Integer(e.Axis(e.With.Integer("dim"))))),
        ("upsample", Upsample),
    ];

    /// <summary>Whether a shape is the operand's, whatever a size is that is known only when the program runs.</summary>
    private static bool IsSame(Emission e)
    {
        int[] from = e.Info(0).Shape, to = e.Result.Shape;
        return from.AsSpan().SequenceEqual(to) && to.Count(static s => s == SymbolicShapes.Unknown) <= 1;
    }

    /// <summary>A slice, and those before it whose results nothing else takes.</summary>
    private static string Slice(Emission e)
    {
        var slices = new List<Operation> { e.Operation };
        int x = e.Operation.Operands[0];
        for (; e.Writer.Plan.IsFolded(x); x = slices[^1].Operands[0])
            slices.Add(e.Writer.MakerOf(x)!);
        long[] Of(string name, long otherwise) => [.. slices.Select(s => s.Arguments.Integer(name, otherwise))];
        return e.Op(
            "Slice", e.Writer.NameOf(x), e.Integers(Of("start", 0)), e.Integers(Of("end", long.MaxValue)),
            e.Integers(slices.Select(s => e.Axis(s.Arguments.Integer("dim")))), e.Integers(Of("step", 1)));
    }

    /// <summary>The sizes of the result, which may be sizes of operands that are known only when the program runs.</summary>
    private static string Sizes(Emission e)
    {
        int[] target = e.Result.Shape, sizes = e.With.Integers("shape"), first = e.Info(0).Shape;
        bool isReshape = e.Operation.Name == "reshape";
        int unknown = target.Count(static s => s == SymbolicShapes.Unknown);
        if (isReshape && unknown <= 1)
            return e.Integers(target);
        // Repeated dimensions: 1 leaves a size as it is.
        int[] own = [.. Enumerable.Repeat(1, Math.Max(target.Length - first.Length, 0)), .. first];
        if (!isReshape && !target.Where((s, d) => s == SymbolicShapes.Unknown && own[d] == 1).Any())
            return e.Integers(target.Select(static s => Math.Max(s, 1)));
        bool isRestLeft = isReshape;
        string[] parts =
        [
            .. target.Select((s, d) =>
            {
                if (s != SymbolicShapes.Unknown)
                    return e.Integers(s);
                if (sizes[d] < -1)
                    return Dimension(e, -2 - sizes[d]);
                if (!isRestLeft)
                    throw e.Refuse("two of its sizes are known only when the program runs");
                isRestLeft = false;
                return e.Integers(-1);
            }),
        ];
        return e.Node("Concat", parts, ("axis", 0L));
    }

    /// <summary>A size of the operands, those of the first one before those of the second.</summary>
    private static string Dimension(Emission e, int dimension)
    {
        int rank = e.Info(0).Rank, operand = dimension < rank ? 0 : 1;
        return SizeOf(e, operand, dimension - (operand * rank));
    }

    private static string SizeOf(Emission e, int operand, int axis) => e.Info(operand).Shape[axis] is var size and >= 0
        ? e.Integers(size)
        : e.Node("Shape", [e[operand]], ("start", (long)axis), ("end", axis + 1L));

    private static string Flip(Emission e)
    {
        long[] axes = [.. e.With.Integers("dims").Select(d => (long)e.Axis(d)).Distinct()];
        long[] Of(long value) => [.. axes.Select(_ => value)];
        return axes.Length == 0
            ? e.X
            : e.Op(
                "Slice", e.X, e.Integers(Of(-1)), e.Integers(Of(long.MinValue)), e.Integers(axes), e.Integers(Of(-1)));
    }

    private static string Pad(Emission e)
    {
        // Runtimes have no integers behind a pad, unless it is of integers: 0 is the zero point.
        return e.Writer.Plan.GridOf(e.Value) is { } grid
            ? e.Writer.Grids.ValuesOf(
                Pad(e, e.Writer.Grids.CodesOf(e.X), e.Graph.Code(grid.ZeroPoints[0])), grid)
            : Pad(e, e.X, e.Info(0).Kind switch
            {
                ValueKind.Float32 => e.Number(e.With.Number("value", 0)),
                ValueKind.Int64 => e.Graph.Integer((long)e.With.Number("value", 0)),
                _ => e.Graph.Tensor(
                    "truth", ElementKind.Bool, [], [e.With.Number("value", 0) != 0 ? (byte)1 : (byte)0]),
            });
    }

    private static string Pad(Emission e, string x, string value)
    {
        int[] pads = e.With.Integers("pads");
        int rank = pads.Length / 2;
        string y = x;
        if (Array.Exists(pads, static p => p > 0))
        {
            string mode = e.With.Text("mode", "constant") switch
            {
                "replicate" => "edge",
                "circular" => "wrap",
                var other => other,
            };
            y = e.Node(
                "Pad", [y, e.Integers(Pads(static p => Math.Max(p, 0))), mode == "constant" ? value : ""],
                ("mode", mode));
        }
        int[] cut = [.. Enumerable.Range(0, rank).Where(d => pads[2 * d] < 0 || pads[(2 * d) + 1] < 0)];
        return cut.Length == 0
            ? y
            : e.Op(
                "Slice", y, e.Integers(cut.Select(d => Math.Max(-pads[2 * d], 0))),
                e.Integers([.. cut.Select(d => pads[(2 * d) + 1] < 0 ? pads[(2 * d) + 1] : long.MaxValue)]),
                e.Integers(cut));

        long[] Pads(Func<int, int> of) =>
        [
            .. Enumerable.Range(0, rank).Select(d => (long)of(pads[2 * d])),
            .. Enumerable.Range(0, rank).Select(d => (long)of(pads[(2 * d) + 1])),
        ];
    }

    private static string Take(Emission e)
    {
        int axis = e.Axis(e.With.Integer("dim", 0));
        return e.Writer.WeightsOf(e.Operation.Operands[0]) is { Axis: 0 } table && axis == 0
            ? e.Writer.Weights.Rows(e, table, e[1])
            : e.Node("Gather", [e.X, e[1]], ("axis", (long)axis));
    }

    private static string Upsample(Emission e)
    {
        int[] sizes = e.With.Integers("sizes", []), factors = e.With.Integers("factors", []);
        int dimensions = Math.Max(sizes.Length, factors.Length), rank = e.Info(0).Rank;
        bool isNearest = e.With.Text("mode") == "nearest";
        (string, object)[] attributes = isNearest
            ? [("mode", "nearest"), ("nearest_mode", "floor"), ("coordinate_transformation_mode", "asymmetric")]
            :
            [
                ("mode", "linear"),
                ("coordinate_transformation_mode", e.With.Flag("align_corners") ? "align_corners" : "half_pixel"),
            ];
        // Runtimes interpolate images and volumes of some samples and channels.
        int missing = dimensions == 1 ? 1 : 0;
        string x = missing == 0 ? e.X : e.Op("Unsqueeze", e.X, e.Integers(rank - 1));
        if (factors.Length > 0)
        {
            float[] scales =
            [
                .. Enumerable.Repeat(1f, rank - dimensions + missing), .. factors.Select(static f => (float)f),
            ];
            x = e.Node("Resize", [x, "", e.Floats(scales, scales.Length)], attributes);
        }
        else
        {
            string[] kept = [.. Enumerable.Range(0, rank - dimensions).Select(d => SizeOf(e, 0, d))];
            string last = e.Integers([.. Enumerable.Repeat(1L, missing), .. sizes.Select(static s => (long)s)]);
            string shape = e.Node("Concat", [.. kept, last], ("axis", 0L));
            x = e.Node("Resize", [x, "", "", shape], attributes);
        }
        return missing == 0 ? x : e.Op("Squeeze", x, e.Integers(rank - 1));
    }
}
