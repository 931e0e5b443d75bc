using QDrop.Graphs;

namespace QDrop.Operators;

/// <summary>Operations that look at windows: pools.</summary>
internal static class WindowOperators
{
    /// <summary>Gets how they are written.</summary>
    public static IEnumerable<(string Name, Emitter Emit)> All =>
    [
        ("max_pool", static e => Pool(e, isMean: false)),
        ("avg_pool", static e => Pool(e, isMean: true)),
        ("adaptive_max_pool", static e => Adaptive(e, isMean: false)),
        ("adaptive_avg_pool", static e => Adaptive(e, isMean: true)),
    ];

    /// <summary>Whole numbers of an argument, of which ONNX wants as many as there are dimensions.</summary>
    public static long[] Of(Emission e, string argument, int dimensions, long otherwise) => e.With.Has(argument)
        ? [.. e.With.Integers(argument).Select(static v => (long)v)]
        : [.. Enumerable.Repeat(otherwise, dimensions)];

    private static string Pool(Emission e, bool isMean)
    {
        int[] kernel = e.With.Integers("kernel"), from = e.Info(0).Shape[2..];
        int dimensions = kernel.Length;
        long[] stride = Of(e, "stride", dimensions, 1), padding = Of(e, "padding", dimensions, 0),
            dilation = Of(e, "dilation", dimensions, 1);
        bool isKnown = !from.Contains(SymbolicShapes.Unknown);
        long[] behind = [.. padding];
        bool isOpen = e.With.Flag("ceil") && !isKnown;
        if (isOpen && isMean)
            throw e.Refuse("its last windows end outside of an input whose size is known only when it runs");
        if (e.With.Flag("ceil") && isKnown)
        {
            for (int d = 0; d < dimensions; d++)
            {
                long end = ((e.Result.Shape[2 + d] - 1) * stride[d]) + (dilation[d] * (kernel[d] - 1)) + 1;
                behind[d] = Math.Max(padding[d], end - from[d] - padding[d]);
            }
        }
        bool isBeyond = !behind.SequenceEqual(padding);
        long divisor = e.With.Integer("divisor", 0);
        if (isMean && isBeyond && (e.With.Flag("include_pad", true) || divisor != 0))
            return Sums(e, kernel, stride, padding, behind, dilation);
        (string, object)[] attributes =
        [
            ("kernel_shape", kernel.Select(static k => (long)k).ToArray()),
            ("strides", stride),
        ];
        // ONNX Runtime's pool of codes has no dilations.
        if (!Array.TrueForAll(dilation, static d => d == 1))
            attributes = [.. attributes, ("dilations", dilation)];
        if (isOpen)
            attributes = [.. attributes, ("ceil_mode", 1L)];
        string x = e.X;
        if (isMean)
            attributes = [.. attributes, ("count_include_pad", e.With.Flag("include_pad", true) || divisor != 0 ? 1L : 0L)];
        // Runtimes take pads that are smaller than a window.
        bool isWide = behind.Zip(kernel).Any(static p => p.First >= p.Second);
        if (isWide && isMean)
            throw e.Refuse("a pad is as large as a window");
        if (isWide)
            x = Padded(e, padding, behind, double.NegativeInfinity);
        else
            attributes = [.. attributes, ("pads", padding.Concat(behind).ToArray())];
        string y = e.Node(isMean ? "AveragePool" : "MaxPool", [x], attributes);
        return divisor == 0 || !isMean
            ? y
            : e.Op("Mul", y, e.Number((double)kernel.Aggregate(1, static (a, b) => a * b) / divisor));
    }

    /// <summary>Sums of windows, divided by what each has within the pads.</summary>
    private static string Sums(
        Emission e, int[] kernel, long[] stride, long[] padding, long[] behind, long[] dilation)
    {
        long divisor = e.With.Integer("divisor", 0);
        int[] from = e.Info(0).Shape[2..], to = e.Result.Shape[2..];
        float[] factors = new float[to.Aggregate(1, static (a, b) => a * b)];
        double size = kernel.Aggregate(1.0, static (a, b) => a * b);
        for (int i = 0; i < factors.Length; i++)
        {
            double count = 1;
            for (int d = to.Length - 1, rest = i; d >= 0; rest /= to[d--])
            {
                long start = (rest % to[d] * stride[d]) - padding[d];
                count *= Math.Min(start + kernel[d], from[d] + padding[d]) - start;
            }
            factors[i] = (float)(size / (divisor != 0 ? divisor : count));
        }
        string mean = e.Node(
            "AveragePool", [Padded(e, padding, behind, 0)],
            ("kernel_shape", kernel.Select(static k => (long)k).ToArray()), ("strides", stride),
            ("dilations", dilation));
        return e.Op("Mul", mean, e.Floats(factors, to));
    }

    private static string Padded(Emission e, long[] before, long[] behind, double value) => e.Node(
        "Pad", [e.X, e.Integers([0, 0, .. before, 0, 0, .. behind]), e.Number(value)], ("mode", "constant"));

    private static string Adaptive(Emission e, bool isMean)
    {
        int[] sizes = e.With.Integers("sizes");
        int rank = e.Info(0).Rank, first = rank - sizes.Length;
        if (first == 2 && Array.TrueForAll(sizes, static s => s == 1))
            return e.Op(isMean ? "GlobalAveragePool" : "GlobalMaxPool", e.X);
        string reduce = isMean ? "ReduceMean" : "ReduceMax", y = e.X;
        for (int d = 0; d < sizes.Length; d++)
        {
            int from = e.Info(0).Shape[first + d], to = sizes[d];
            if (to == from || to < 0)
                continue;
            if (to != 1 && from == SymbolicShapes.Unknown)
                throw e.Refuse("its windows depend on a size that is known only when the program runs");
            string axis = e.Integers(first + d);
            if (to == 1)
            {
                y = e.Node(reduce, [y, axis], ("keepdims", 1L));
                continue;
            }
            string[] parts =
            [
                .. Enumerable.Range(0, to).Select(i => e.Node(
                    reduce,
                    [
                        e.Op(
                            "Slice", y, e.Integers((long)i * from / to),
                            e.Integers((((i + 1L) * from) + to - 1) / to), axis),
                        axis,
                    ],
                    ("keepdims", 1L))),
            ];
            y = e.Node("Concat", parts, ("axis", (long)(first + d)));
        }
        return y;
    }
}
