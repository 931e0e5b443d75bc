using QDrop;
using Zoo.Language;
using Zoo.Vision;
using static TorchSharp.torch;

namespace Zoo.Tests;

/// <summary>Programs that are made in code of quantized models.</summary>
public sealed class ToProgramTests(Measurements measurements) : IClassFixture<Measurements>
{
    [Fact]
    public void It_is_the_program_that_the_build_leaves()
    {
        using var artifact = new ZooArtifact(measurements, nameof(ResNet18));
        using ResNet18.Quantized model = ResNet18.LoadQuantized(artifact.Path);
        Tensor images = randn(3, 3, 32, 32);
        using QuantizedProgram made = model.ToProgram(images[TensorIndex.Slice(0, 1)]), stored = QuantizedProgram.Load(artifact.Path);

        Assert.Equal(Run(stored, images), Run(made, images));
        Assert.Equal(stored.Inputs.Select(static i => $"{i}"), made.Inputs.Select(static i => $"{i}"));
        Assert.Equal(stored.Outputs.Select(static o => $"{o}"), made.Outputs.Select(static o => $"{o}"));
        Assert.Equal(stored.Describe(), made.Describe());
        Assert.Equal(stored.Model, made.Model);
    }

    [Fact]
    public void A_model_of_several_inputs_becomes_one_of_several_inputs()
    {
        using var artifact = new ZooArtifact(measurements, nameof(Bert));
        using Bert.Quantized model = Bert.LoadQuantized(artifact.Path);
        using IDisposable guard = no_grad();
        random.manual_seed(1);
        Tensor[] inputs = Measurements.Model(nameof(Bert)).Inputs(2);
        using QuantizedProgram program = model.ToProgram(inputs[0], inputs[1]);
        Assert.Equal(2, program.Inputs.Count);

        ProgramCall call = program.CreateCall();
        for (int i = 0; i < inputs.Length; i++)
        {
            int[] shape = Array.ConvertAll(inputs[i].shape, static s => (int)s);
            if (inputs[i].is_floating_point())
                call.SetInput(program.Inputs[i].Name, inputs[i].data<float>().ToArray(), shape);
            else
                call.SetInput(program.Inputs[i].Name, inputs[i].to_type(ScalarType.Int64).data<long>().ToArray(), shape);
        }
        call.Run();
        float[] expected = model.call(inputs[0], inputs[1]).data<float>().ToArray(),
            found = call.GetOutput<float>("output").ToArray();
        double error = Math.Sqrt(expected.Zip(found).Sum(static p => Math.Pow(p.First - p.Second, 2))),
            size = Math.Sqrt(expected.Sum(static e => e * (double)e));
        Assert.InRange(error / size, 0, 0.02);
    }

    [Fact]
    public void It_lives_on_without_the_model()
    {
        using var artifact = new ZooArtifact(measurements, nameof(LeNet));
        Tensor images = randn(2, 1, 28, 28);
        QuantizedProgram program;
        float[] expected;
        using (LeNet.Quantized model = LeNet.LoadQuantized(artifact.Path))
        {
            program = model.ToProgram(images, new QuantizedProgramOptions { AllowNaN = true });
            expected = Run(program, images);
        }
        using (program)
        {
            Assert.True(program.Options.AllowNaN);
            Assert.Equal(expected, Run(program, images));
        }
    }

    [Fact]
    public void A_model_that_is_not_quantized_is_refused()
    {
        using var model = new LeNet();
        model.eval();
        using var twin = model.ToQuantized();
        Exception refused = Assert.Throws<InvalidOperationException>(() => twin.ToProgram(randn(1, 1, 28, 28)));
        Assert.Contains("no quantized weights", refused.Message, StringComparison.Ordinal);
        model.train();
        refused = Assert.Throws<InvalidOperationException>(() => twin.ToProgram(randn(1, 1, 28, 28)));
        Assert.Contains("training mode", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_cannot_be_a_program_says_why()
    {
        using var artifact = new ZooArtifact(measurements, nameof(EfficientNet));
        using EfficientNet.Quantized model = EfficientNet.LoadQuantized(artifact.Path);
        QDropException refused = Assert.Throws<QDropException>(() => model.ToProgram(randn(1, 3, 32, 32)));
        Assert.Equal("QDROP255", refused.Code);
        Assert.Contains("blocks.0.se", refused.Message, StringComparison.Ordinal);
    }

    private static float[] Run(QuantizedProgram program, Tensor images)
    {
        ProgramCall call = program.CreateCall();
        int[] shape = Array.ConvertAll(images.shape, static s => (int)s);
        call.SetInput(program.Inputs[0].Name, images.data<float>().ToArray(), shape);
        call.Run();
        return call.GetOutput<float>("output").ToArray();
    }
}
