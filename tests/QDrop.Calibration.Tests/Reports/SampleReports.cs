using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.Calibration.Reports.Documents;

namespace QDrop.Tests.Reports;

/// <summary>Reports that pages are made of: a usual one, and such as are hard to lay out.</summary>
internal static class SampleReports
{
    private const int ManyLayers = 200;

    /// <summary>Without a place to break it, and with characters that mean something in a page.</summary>
    private static readonly string LongName =
        "encoder<0>&\"" + string.Concat(Enumerable.Repeat("VeryLongNameOfAPart", 10));

    public static ReportDocument Usual =>
        new(
            "qdrop-report",
            1,
            "Some.Namespace.Net<T>",
            new string('a', 64),
            "Some.Namespace.Net.qdrop.safetensors",
            new ReportSize(40_000, 4_000, 10, 9_000, 3_000, 2.667),
            new ModelCost(0.9, [new LayerCost("head.lstm", 0.1)]),
            new QuantizationSettings
            {
                W = 2,
                A = 4,
                Iterations = 2_000,
            },
            [
                new ReportUnit("stem", false, ["stem"], 2_000, 2.5, 0.25, 13.01, 23.01, 1.25),
                new ReportUnit(
                    "layer2.0", true, ["layer2.0.conv1", "layer2.0.conv2"], 2_000, null, 0.25, null, -1.5, 75),
                new ReportUnit("a & b.\"very long name of a unit\" <of>.layers", false, ["fc"], 0, 0, 0, null, null, 0),
            ],
            [new ReportLayer("stem", 8, [2, 4], 8, 32, 8)],
            [new ActivationState("stem", 4, 0.25f, 0)],
            new ReportInsight(
                64,
                14.25,
                [
                    new ReportLayerInsight(
                        "stem",
                        "stem",
                        8,
                        40.1,
                        41.2,
                        38.5,
                        null,
                        null,
                        [.. Enumerable.Range(0, 256).Select(static i => (long)(i * (255 - i)))]),
                    new ReportLayerInsight(
                        "layer2.0.conv1", "layer2.0", 2, 7.25, 9.5, 12.125, 4, 0.8, [10, 200, 120, 0]),
                    new ReportLayerInsight("layer2.0.conv2", "layer2.0", 2, -2.5, 1.5, null, 4, -0.2, [0, 0, 0, 0]),
                ],
                [
                    new ReportActivationInsight("stem", 4, 0.0123, 22, 6, 1.125),
                    new ReportActivationInsight("layer2.0.add", 4, null, null, null, null),
                ],
                [
                    new BitAdvice(
                        "Some.Namespace.Net",
                        "layer2",
                        4,
                        ["layer2.0.conv1", "layer2.0.conv2"],
                        [],
                        2.34,
                        20_480,
                        "[Quantize(W = 4)]"),
                    new BitAdvice("Some.Namespace.Net", "stem", 6, [], ["stem.output"], 1.125, 0, "[Quantize(A = 6)]"),
                    new BitAdvice(
                        "Some.Namespace.Block",
                        "conv1",
                        4,
                        ["layer2.0.conv1"],
                        [],
                        0.8,
                        512,
                        "[Quantize(W = 4, Method = Method.Nearest)]"),
                ]),
            76.25,
            new Dictionary<string, double>
            {
                ["discovery"] = 0.25,
                ["weightRanges"] = 1.5,
                ["backward"] = 70,
            },
            new string('b', 64),
            new string('c', 64),
            new LibraryVersions("0.1.0", "0.107.0", "1.13.1", ".NET 10.0.1"));

    /// <summary>Two hundred layers with names that do not fit, and figures of every size.</summary>
    public static ReportDocument Large
    {
        get
        {
            string[] names =
            [
                .. Enumerable
                    .Range(0, ManyLayers)
                    .Select(static i => $"{LongName}.{i}.{(i % 3 == 0 ? LongName : "conv1")}"),
            ];
            return Usual with
            {
                Model = $"Some.Namespace.{LongName}",
                Size = new ReportSize(400_000_000_000, 40_000_000_000, 10, 100_000_000_000, 30_000_000_000, 2.667),
                Cost = new ModelCost(0.99995, [.. names.Select(static n => new LayerCost(n, 1.0 / ManyLayers))]),
                Units =
                [
                    .. names.Select(
                        static (n, i) =>
                            new ReportUnit(
                                n, false, [n], 20_000, Extreme(i) * 1e9, Extreme(i), Extreme(i), -Extreme(i), 1e5 * i)),
                ],
                Insight = new ReportInsight(
                    64,
                    -120.5,
                    [
                        .. names.Select(
                            static (n, i) =>
                                new ReportLayerInsight(
                                    n,
                                    n,
                                    8,
                                    Extreme(i),
                                    Extreme(i + 1),
                                    Extreme(i + 2),
                                    4,
                                    Extreme(i),
                                    [.. Enumerable.Range(0, 256).Select(l => l == i ? long.MaxValue / 512 : l)])),
                    ],
                    [
                        .. names.Select(
                            static (n, i) =>
                                new ReportActivationInsight(
                                    n, 4, i % 7 == 0 ? null : 1.0 / (i + 1), Extreme(i), 6, Extreme(i))),
                    ],
                    [
                        new BitAdvice(
                            $"Some.{LongName}",
                            LongName,
                            8,
                            names,
                            [],
                            123_456.7,
                            30_000_000_000,
                            $"[Quantize(W = 8, A = 8, Method = Method.{LongName})]"),
                        new BitAdvice("Some.Net", "x", 8, [], [names[0]], 0.05, 0, "[Quantize(A = 8)]"),
                    ]),
                Phases = new Dictionary<string, double>
                {
                    ["discovery"] = 1e-4,
                    ["forward"] = 1e6,
                    ["aPhaseThatThePageHasNeverHeardOf"] = 0,
                },
            };
        }
    }

    /// <summary>One layer of which nothing is known but zeros and dashes.</summary>
    public static ReportDocument Empty =>
        Usual with
        {
            Cost = new ModelCost(0, []),
            Units = [new ReportUnit("fc", false, ["fc"], 0, 0, 0, 0, 0, 0)],
            Layers = [],
            Activations = [],
            Insight = new ReportInsight(
                1, null, [new ReportLayerInsight("fc", "fc", 2, null, null, null, null, null, [0, 0, 0, 0])], [], []),
            Phases = new Dictionary<string, double> { ["discovery"] = 0 },
        };

    /// <summary>Bit widths that a budget gave, one of them without an error.</summary>
    public static ReportDocument Budgeted =>
        Usual with
        {
            Settings = new QuantizationSettings
            {
                W = 2,
                A = 4,
                Budget = BitBudget.Parse("3.0 bits"),
            },
            Budget = new BudgetOutcome(
                BitBudget.Parse("3.0 bits"),
                64,
                [
                    new LayerBits("stem", 432, 442_368, 8, true, [new(8, 1e-5)]),
                    new LayerBits(
                        "layer2.0.<conv1>",
                        18_432,
                        4_718_592,
                        2,
                        false,
                        [.. Enumerable.Range(2, 7).Select(static b => new WidthError(b, Math.Pow(4, -b)))]),
                    new LayerBits(
                        "layer2.0.conv2",
                        9_216,
                        4_718_592,
                        5,
                        false,
                        [
                            .. Enumerable
                                .Range(2, 7)
                                .Select(static b => new WidthError(b, b == 8 ? 0 : 3 * Math.Pow(4, -b))),
                        ]),
                ],
                new BudgetPoint(2.97, 0.065),
                0,
                [.. Enumerable.Range(2, 7).Select(static b => new BudgetPoint(b * 0.98, 4 * Math.Pow(4, -b), b))],
                [
                    .. Enumerable
                        .Range(0, 30)
                        .Select(static i => new BudgetPoint(2 + (i * 0.2), Math.Pow(4, -1.2 - (i * 0.2)))),
                ],
                FrontierIsComplete: true),
        };

    /// <summary>
    /// A budget of bytes for many layers, all but a few of which have their width, that the largest widths keep without
    /// an error.
    /// </summary>
    public static ReportDocument LargeBudget =>
        Large with
        {
            Budget = new BudgetOutcome(
                BitBudget.Parse("400 MiB"),
                1,
                [
                    .. Large.Units.Select(
                        static (u, i) =>
                            new LayerBits(
                                u.Name, 1_000_000_000L * i, 0, (i % 7) + 2, i % 9 != 0, [new((i % 7) + 2, i % 2)])),
                ],
                new BudgetPoint(419_430_399, 1e-6),
                1e-9,
                [
                    new BudgetPoint(419_000_000, 1e9, 2),
                    new BudgetPoint(419_200_000, 1e-30, 3),
                    new BudgetPoint(420_000_000, 0, 4),
                ],
                [
                    new BudgetPoint(419_000_000, 1e9),
                    new BudgetPoint(419_200_000, 1e-30),
                    new BudgetPoint(419_430_399, 0),
                ],
                FrontierIsComplete: false),
        };

    /// <summary>Without measurements.</summary>
    public static ReportDocument Unmeasured => Usual with { Insight = null };

    /// <summary>From nothing over 0 to very much, above and below 0.</summary>
    private static double? Extreme(int i) =>
        (i % 6) switch
        {
            0 => null,
            1 => 0,
            2 => -250.123,
            3 => 1e-9,
            4 => 12.5 + i,
            _ => 308.254,
        };
}
