namespace QDrop.Generators.Tests;

/// <summary>Sources against which a rule stands, and their neighbours against which none does.</summary>
internal static partial class DiagnosticCases
{
    /// <summary>A source with one model that does little.</summary>
    public static string Model(string attribute, string declaration, string name = "Net", string members = "") => $$"""
        {{Usings}}
        {{attribute}}
        internal {{declaration}} : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4);
            {{members}}
            public {{name}}() : base("{{name}}") => RegisterComponents();
            public override Tensor forward(Tensor x) => relu(fc.forward(x));
        }
        """;

    /// <summary>A source with one model that has the layer <c>fc</c>.</summary>
    public static string Advisable(string members, string body, string constructor = "") => $$"""
        {{Usings}}
        [Quantize]
        internal partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear fc = Linear(4, 4);
            {{members}}
            public Net() : base("net") { {{constructor}} RegisterComponents(); }
            public override Tensor forward(Tensor x) { {{body}} }
        }
        """;

    public const string Usings = """
        using QDrop;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;
        namespace Models;

        """;
}
