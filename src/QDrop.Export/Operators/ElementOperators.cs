using QDrop.Graphs;
using QDrop.Programs;

namespace QDrop.Operators;

/// <summary>Functions of one element, and of the elements of two or three tensors.</summary>
internal static class ElementOperators
{
    private const double SmallestExact = 0.5;

    /// <summary>The operations that ONNX has.</summary>
    private static readonly (string Name, string Type)[] Same =
    [
        ("relu", "Relu"), ("abs", "Abs"), ("neg", "Neg"), ("exp", "Exp"), ("log", "Log"), ("sqrt", "Sqrt"),
        ("reciprocal", "Reciprocal"), ("sign", "Sign"), ("floor", "Floor"), ("ceil", "Ceil"), ("round", "Round"),
        ("sin", "Sin"), ("cos", "Cos"), ("tan", "Tan"), ("asin", "Asin"), ("acos", "Acos"), ("atan", "Atan"),
        ("sinh", "Sinh"), ("cosh", "Cosh"), ("tanh", "Tanh"), ("sigmoid", "Sigmoid"), ("erf", "Erf"),
        ("softsign", "Softsign"), ("hardswish", "HardSwish"), ("not", "Not"),
        ("add", "Add"), ("sub", "Sub"), ("mul", "Mul"), ("div", "Div"), ("maximum", "Max"), ("minimum", "Min"),
        ("power", "Pow"), ("and", "And"), ("or", "Or"), ("xor", "Xor"), ("matmul", "MatMul"),
    ];

    /// <summary>Gets how they are written.</summary>
    public static IEnumerable<(string Name, Emitter Emit)> All =>
    [
        .. Same.Select(static s => (s.Name, new Emitter(e => e.Op(
            s.Type, [.. Enumerable.Range(0, e.Count).Select(i => e[i])])))),
        ("expm1", static e => Expm1(e, e.X)),
        ("log1p", static e => Log1p(e, e.X)),
        ("log2", static e => e.Op("Mul", e.Op("Log", e.X), e.Number(1 / Math.Log(2)))),
        ("log10", static e => e.Op("Mul", e.Op("Log", e.X), e.Number(1 / Math.Log(10)))),
        ("rsqrt", static e => e.Op("Reciprocal", e.Op("Sqrt", e.X))),
        ("square", static e => e.Op("Mul", e.X, e.X)),
        ("trunc", static e => e.Op("Mul", e.Op("Sign", e.X), e.Op("Floor", e.Op("Abs", e.X)))),
        ("logsigmoid", static e => e.Op("Neg", e.Op("Softplus", e.Op("Neg", e.X)))),
        ("silu", static e => e.Op("Mul", e.X, e.Op("Sigmoid", e.X))),
        ("mish", static e => e.Op("Mul", e.X, e.Op("Tanh", e.Op("Softplus", e.X)))),
        ("hardsigmoid", static e => e.Node("HardSigmoid", [e.X], ("alpha", 1.0 / 6), ("beta", 0.5))),
        ("gelu", static e => e.Node("Gelu", [e.X], ("approximate", e.With.Flag("tanh") ? "tanh" : "none"))),
        ("leaky_relu", static e => e.Node("LeakyRelu", [e.X], ("alpha", e.With.Number("slope")))),
        ("elu", Elu),
        ("softplus", Softplus),
        ("clamp", Clamp),
        ("pow", static e => e.Op("Pow", e.X, e.Number(e.With.Number("exponent")))),
        ("eq", static e => e.Op("Equal", e.X, e[1])),
        ("ne", static e => e.Op("Not", e.Op("Equal", e.X, e[1]))),
        ("lt", static e => Compare(e, "Less")),
        ("le", static e => Compare(e, "LessOrEqual")),
        ("gt", static e => Compare(e, "Greater")),
        ("ge", static e => Compare(e, "GreaterOrEqual")),
        ("cast", Cast),
        ("where", Pick),
    ];

    private static string Elu(Emission e)
    {
        double alpha = e.With.Number("alpha", 1), scale = e.With.Number("scale", 1),
            input = e.With.Number("input_scale", 1);
        if (scale == 1 && input == 1)
            return e.Node("Elu", [e.X], ("alpha", alpha));
        string below = e.Op("Mul", Expm1(e, e.Op("Mul", e.X, e.Number(input))), e.Number(scale * alpha));
        return e.Op("Where", e.Op("Greater", e.X, e.Number(0)), e.Op("Mul", e.X, e.Number(scale)), below);
    }

    private static string Softplus(Emission e)
    {
        double beta = e.With.Number("beta", 1), threshold = e.With.Number("threshold", 20);
        string scaled = beta == 1 ? e.X : e.Op("Mul", e.X, e.Number(beta)), y = e.Op("Softplus", scaled);
        if (beta != 1)
            y = e.Op("Div", y, e.Number(beta));
        // Above 20, float32 holds no difference.
        return threshold >= 20 ? y : e.Op("Where", e.Op("Greater", scaled, e.Number(threshold)), e.X, y);
    }

    private static string Clamp(Emission e)
    {
        double min = e.With.Number("min", double.NegativeInfinity), max = e.With.Number("max", double.PositiveInfinity);
        return e.Op("Clip", e.X, double.IsFinite(min) ? e.Number(min) : "", double.IsFinite(max) ? e.Number(max) : "");
    }

    private static string Compare(Emission e, string type) => e.Info(0).Kind == ValueKind.Bool
        ? e.Op(type, e.Cast(e.X, ElementKind.Int32), e.Cast(e[1], ElementKind.Int32))
        : e.Op(type, e.X, e[1]);

    private static string Cast(Emission e) => e.Cast(e.X, ProgramWriter.KindOf(e.Result.Kind));

    /// <summary>ONNX Runtime picks numbers, not truth values.</summary>
    private static string Pick(Emission e) => e.Result.Kind == ValueKind.Bool
        ? e.Cast(
            e.Op("Where", e.X, e.Cast(e[1], ElementKind.UInt8), e.Cast(e[2], ElementKind.UInt8)), ElementKind.Bool)
        : e.Op("Where", e.X, e[1], e[2]);

    /// <summary>eˣ − 1, exact where x is small: 2·tanh(x/2) / (1 − tanh(x/2)).</summary>
    private static string Expm1(Emission e, string x)
    {
        string half = e.Op("Tanh", e.Op("Mul", x, e.Number(0.5)));
        string small = e.Op("Div", e.Op("Mul", half, e.Number(2)), e.Op("Sub", e.Number(1), half));
        string isSmall = e.Op("Less", e.Op("Abs", x), e.Number(SmallestExact));
        return e.Op("Where", isSmall, small, e.Op("Sub", e.Op("Exp", x), e.Number(1)));
    }

    /// <summary>ln(1 + x), exact where x is small: Kahan's correction by the rounding of 1 + x.</summary>
    private static string Log1p(Emission e, string x)
    {
        string sum = e.Op("Add", x, e.Number(1));
        string rounding = e.Op("Div", x, e.Op("Sub", sum, e.Number(1)));
        return e.Op("Where", e.Op("Equal", sum, e.Number(1)), x, e.Op("Mul", e.Op("Log", sum), rounding));
    }
}
