using QDrop.Artifacts;
using QDrop.Calibration;
using QDrop.CompilerServices;
using QDrop.Generators.Tests.Helpers;
using TorchSharp;
using static TorchSharp.torch;
using Twins = QDrop.Generators.Tests.Helpers.Twins;

namespace QDrop.Generators.Tests;

/// <summary>
/// What a quantizer belongs to is a place of the code, and a pass of the loop around it, whichever way a program's first
/// call takes.
/// </summary>
[Collection("torch")]
public sealed class PlaceTests
{
    /// <summary>Length 5 takes a branch that length 4 does not: two layers are called twice, or once.</summary>
    private const string Branch = """
        Tensor e = null;
        if (x.shape[1] > 4)
            e = b.forward(relu(l.forward(x[.., 4] * 0.01)));
        var y = b.forward(relu(l.forward(x[.., 0] * 100)));
        if (e is not null)
            y = y + e;
        return head.forward(relu(y));
        """;

    /// <summary>The order in which the modules of a list are called follows the length.</summary>
    private const string Picked = """
        int k = x.shape[1] > 4 ? 1 : 0;
        var y = head.forward(relu(list[0].forward(x[.., 0] * 100)));
        if (k == 1)
            y = y + head.forward(relu(list[k - 1].forward(relu(list[k].forward(x[.., 1] * 0.01)))));
        return y;
        """;

    /// <summary>A layer that is called in a loop and after it.</summary>
    private const string Twice = """
        var h = tanh(b.forward(x[.., 0]));
        for (int t = 1; t < x.shape[1]; t++)
            h = tanh(l.forward(l.forward(h).relu()) * 0.001 + x[.., t] * 0.01);
        return head.forward(relu(l.forward(relu(l.forward(tanh(h) * 100)))));
        """;

    private const string Loop = """
        var h = b.forward(x[.., 0]) * 100;
        for (int t = 1; t < x.shape[1]; t++)
            h = tanh(h) + 0.1 * b.forward(x[.., t]);
        return head.forward(relu(h));
        """;

    private const string Step = """
        var h = relu(b.forward(x[.., 0]));
        for (int t = 1; t < x.shape[1]; t++)
            h = relu(l.forward(h)) * 20 + x[.., t];
        return head.forward(tanh(h));
        """;

    private const string Part = "return head.forward(relu(part.forward(x)));";

    private const string PartInPasses = """
        var y = part.forward(x[.., ..2]);
        for (int t = 0; t < 2; t++)
            y = y + part.forward(x * (t + 1));
        return head.forward(relu(y));
        """;

    private static readonly QuantizationSettings Settings = new()
    {
        W = 8,
        A = 8,
        Method = Method.Nearest,
        Samples = 24,
        RangeSamples = 24,
    };

    [Theory]
    [InlineData(Branch, true, 5, 4)]
    [InlineData(Picked, true, 5, 4)]
    [InlineData(Twice, false, 4, 1)]
    [InlineData(PartInPasses, false, 4, 3)]
    public void A_first_call_that_takes_another_way_has_the_same_quantizers(
        string forward, bool isPerPass, int length, int other) =>
        With(forward, isPerPass, length, (model, load, state) =>
        {
            Assert.NotNull(state.Manifest.Places);
            Tensor x = Input(length), y = Input(other);
            using QuantizedModule<Tensor, Tensor> one = load(state), two = load(state);
            float[] first = Values(one.call(x)), second = Values(one.call(y));
            Assert.Equal(second, Values(two.call(y)));
            Assert.Equal(first, Values(two.call(x)));
            Assert.InRange(Decibels(model.call(x), two.call(x)), 30, 100);
        });

    [Fact]
    public void A_branch_that_calibration_has_not_taken_is_an_error() =>
        With(Branch, true, 4, static (_, load, state) =>
        {
            using QuantizedModule<Tensor, Tensor> loaded = load(state);
            QDropException error = Assert.Throws<QDropException>(() => loaded.call(Input(5)));
            Assert.Equal("QDROP253", error.Code);
            Assert.StartsWith("'l' is reached in a call of forward, but was not when", error.Message);
            Assert.Contains("no activation quantizer 'l.output'", error.Message, StringComparison.Ordinal);
            Assert.Equal([24, 3], loaded.call(Input(4)).shape);
        });

    [Theory]
    [InlineData(Loop, 2, 1, "'add' is reached 0 times in one call of forward, but was reached once when")]
    [InlineData(Loop, 1, 2, "'add' is reached in a call of forward, but was not when")]
    [InlineData(Step, 1, 3, "'l' is reached in a call of forward, but was not when")]
    [InlineData(Part, 4, 1, "'part.add' is reached 0 times in one call of forward, but was reached 3 times when")]
    [InlineData(PartInPasses, 4, 1, "'part.add' is reached 0 times in one call of forward, but was reached once when")]
    public void Another_number_of_passes_is_an_error_in_the_first_call(
        string forward, int length, int other, string message) =>
        With(forward, true, length, (_, load, state) =>
        {
            using QuantizedModule<Tensor, Tensor> loaded = load(state);
            QDropException error = Assert.Throws<QDropException>(() => loaded.call(Input(other)));
            Assert.Equal("QDROP236", error.Code);
            Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
            Assert.Contains("ActivationsPerPass = false", error.Message, StringComparison.Ordinal);
            Assert.Equal([24, 3], loaded.call(Input(length)).shape);
        });

    /// <summary>As many passes of the inner loop in all, but other ones.</summary>
    [Theory]
    [InlineData("n", 6, 2)]
    [InlineData("n", 3, 4)]
    [InlineData("n == 4 ? i + 2 : 4 - i", 4, 5)]
    public void Loops_in_loops_are_counted_one_by_one(string inner, int length, int other)
    {
        string forward = $$"""
            var h = x[.., 0];
            int n = (int)x.shape[1], outer = n >= 4 && n <= 5 ? 3 : 12 / n;
            for (int i = 0; i < outer; i++)
                for (int j = 0; j < ({{inner}}); j++)
                    h = relu(l.forward(h * (j == 0 ? 10.0 : 0.01)));
            return head.forward(h);
            """;
        With(forward, true, length, (_, load, state) =>
        {
            using QuantizedModule<Tensor, Tensor> loaded = load(state);
            QDropException error = Assert.Throws<QDropException>(() => loaded.call(Input(other)));
            Assert.Equal("QDROP236", error.Code);
            Assert.StartsWith("The loops in forward of 'Net' have other passes", error.Message);
            Assert.Equal([24, 3], loaded.call(Input(length)).shape);
        });
        With(forward, false, length, (_, load, state) =>
        {
            using QuantizedModule<Tensor, Tensor> loaded = load(state);
            Assert.Equal([24, 3], loaded.call(Input(other)).shape);
        });
    }

    [Fact]
    public void One_quantizer_for_all_passes_calls_for_one_pass_in_calibration() =>
        With(Step, false, 1, static (_, load, state) =>
        {
            using QuantizedModule<Tensor, Tensor> loaded = load(state);
            QDropException error = Assert.Throws<QDropException>(() => loaded.call(Input(3)));
            Assert.Equal("QDROP236", error.Code);
            Assert.StartsWith("'l' is reached", error.Message, StringComparison.Ordinal);
            Assert.EndsWith("calibrate with inputs for which it runs at least once.", error.Message);
        });

    [Fact]
    public void Loops_that_begin_to_run_while_calibrating_are_an_error()
    {
        // The model is first run on two samples, then on three.
        string forward = Step.Replace("x.shape[1]", "x.shape[0] - 1").Replace("x[.., t]", "x[.., 0]");
        QDropException error = Assert.Throws<QDropException>(() => With(forward, true, 4, static (_, _, _) => { }));
        Assert.Equal("QDROP236", error.Code);
        Assert.Contains("was reached 0 times", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Where a name has one place, nothing is written.</summary>
    [Theory]
    [InlineData("return head.forward(relu(b.forward(relu(l.forward(x[.., 0])) + x[.., 1])));", false)]
    [InlineData("return head.forward(relu(none is null ? b.forward(x[.., 0]) : none.forward(x[.., 0])));", false)]
    [InlineData("return head.forward(relu(l.forward(relu(l.forward(x[.., 0])))));", false)]
    [InlineData(
        "var y = relu(l.forward(x[.., 0])); return head.forward(b.forward(y) + b.forward(relu(l.forward(y))));", true)]
    [InlineData(Step, true)]
    public void Addresses_are_written_where_a_name_may_have_several_places(string forward, bool areWritten) =>
        With(forward, true, 3, (_, load, state) =>
        {
            Assert.Equal(areWritten, state.Manifest.Places is not null);
            using QuantizedModule<Tensor, Tensor> loaded = load(state);
            Assert.Equal([24, 3], loaded.call(Input(3)).shape);
        });

    /// <summary>An artifact of a version without addresses.</summary>
    [Theory]
    [InlineData(Branch, 5)]
    [InlineData(Step, 4)]
    [InlineData(PartInPasses, 4)]
    public void Without_addresses_names_are_given_in_the_order_of_the_first_call(string forward, int length) =>
        With(forward, true, length, (_, load, state) =>
        {
            QuantizedModelState old = state with { Manifest = state.Manifest with { Places = null } };
            using QuantizedModule<Tensor, Tensor> one = load(state), two = load(old);
            Tensor x = Input(length);
            Assert.Equal(Values(one.call(x)), Values(two.call(x)));
            if (forward == Branch)
                return;
            QDropException error = Assert.Throws<QDropException>(() => two.call(Input(length + 1)));
            Assert.Equal("QDROP236", error.Code);
        });

    private static void With(
        string forward,
        bool isPerPass,
        int length,
        Action<nn.Module<Tensor, Tensor>, Func<QuantizedModelState, QuantizedModule<Tensor, Tensor>>,
            QuantizedModelState> use)
    {
        var run = GeneratorRun.Of(GeneratorRun.Compile(("Net.cs", Source(forward))));
        Assert.Empty(run.Diagnostics);
        Twins.Use(run, loaded =>
        {
            using DisposeScope scope = NewDisposeScope();
            manual_seed(3);
            QuantizedModelDescriptor descriptor = Twins.DescriptorOf(loaded.GetType("Models.Net")!);
            using nn.Module model = descriptor.CreateModel();
            CalibrationOutcome outcome = ModelQuantizer.Quantize(
                descriptor, Settings with { ActivationsPerPass = isPerPass }, model, Input(length));
            string path = Path.GetTempFileName();
            try
            {
                using IDisposable guard = no_grad();
                use((nn.Module<Tensor, Tensor>)model, Load, outcome.State);
            }
            finally
            {
                File.Delete(path);
            }

            QuantizedModule<Tensor, Tensor> Load(QuantizedModelState state)
            {
                Artifact.Write(path, state);
                return QuantizedModel.Load(descriptor, path);
            }
        });
    }

    private static string Source(string forward) => $$"""
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch.nn.functional;
        using QDrop;

        namespace Models;

        public sealed partial class Part : Module<Tensor, Tensor>
        {
            private readonly Linear l = Linear(8, 8);
            public Part() : base("part") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                var h = x[.., 0];
                for (int t = 1; t < x.shape[1]; t++)
                    h = relu(l.forward(h)) * 3 + x[.., t];
                return h;
            }
        }

        [Quantize(W = 8, A = 8)]
        public sealed partial class Net : Module<Tensor, Tensor>
        {
            private readonly Linear l = Linear(8, 8), b = Linear(8, 8), head = Linear(8, 3);
            private readonly Linear none = null;
            private readonly Part part = new();
            private readonly ModuleList<Linear> list = ModuleList(Linear(8, 8), Linear(8, 8));
            public Net() : base("net") => RegisterComponents();
            public override Tensor forward(Tensor x)
            {
                {{forward}}
            }
        }
        """;

    /// <summary>The same numbers, of which the first are taken.</summary>
    private static Tensor Input(int length) => randn(24, 8, 8, generator: new Generator(7)).narrow(1, 0, length);

    private static float[] Values(Tensor tensor) => [.. tensor.data<float>()];

    private static double Decibels(Tensor expected, Tensor found) =>
        10 * Math.Log10((expected.square().sum() / (expected - found).square().sum()).ToDouble());
}
