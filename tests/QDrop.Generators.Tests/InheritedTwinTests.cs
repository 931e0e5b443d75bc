using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>
/// A class that the generator has not seen, such as one of another assembly, inherits the twin of its base class: never
/// with code that is not its own.
/// </summary>
[Collection("torch")]
public sealed class InheritedTwinTests
{
    private const string Members = """
        private readonly Base block = (Base)Activator.CreateInstance(typeof(Unseen))!;
        internal partial class Base() : Module<Tensor, Tensor>("base")
        {
            protected readonly Module<Tensor, Tensor> conv = Conv2d(4, 4, 1), act = ReLU();
            protected virtual Module<Tensor, Tensor> Last => act;
            protected virtual Tensor Act(Tensor t) => relu(t);
            protected virtual int Times => 2;
            public override Tensor forward(Tensor x) => Last.forward(Act(conv.forward(x))) * Times;
        }
        internal sealed class Unseen : Base
        {
            public Unseen() => RegisterComponents();
            // OVERRIDE
        }
        """;

    [Theory]
    [InlineData("protected override Tensor Act(Tensor t) => tanh(t);", "Act")]
    [InlineData("protected override Module<Tensor, Tensor> Last => conv;", "Last")]
    [InlineData("public override Tensor forward(Tensor x) => base.forward(x) + 1;", "forward")]
    public void What_it_overrides_of_the_twins_code_is_an_error(string member, string name)
    {
        var run = GeneratorRun.Of(Forwards.Source(Members.Replace("// OVERRIDE", member), "return block.forward(x);"));
        Assert.Empty(run.Diagnostics);
        QDropException error = Assert.Throws<QDropException>(() => Twins.Run(run, "Models.Net", 2, 4, 8, 8));
        Assert.Equal("QDROP232", error.Code);
        Assert.Contains(
            $"Models.Net+Unseen overrides '{name}', which is written out in the quantized twin that it inherits from "
                + "Models.Net+Base",
            error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("protected override int Times => 3;")]
    [InlineData("public override string GetName() => \"unseen\";")]
    public void What_the_twin_asks_the_model_for_may_be_overridden(string member)
    {
        var run = GeneratorRun.Of(Forwards.Source(Members.Replace("// OVERRIDE", member), "return block.forward(x);"));
        Assert.Empty(run.Diagnostics);
        (float[] expected, float[] found) = Twins.Run(run, "Models.Net", 2, 4, 8, 8);
        Assert.Equal(expected, found);
    }
}
