using QDrop.Execution;
using QDrop.Operations;
using QDrop.Programs;
using Xunit;

namespace QDrop.Tests.Programs;

/// <summary>What users of a program call.</summary>
public sealed class QuantizedProgramTests
{
    private static readonly float[] Input = [.. Enumerable.Range(0, 2 * 3 * 6 * 6).Select(static i => MathF.Sin(i))];

    [Fact]
    public void A_program_of_several_inputs_and_outputs_is_called_by_name()
    {
        using QuantizedProgram program = Two();
        ProgramCall call = program.CreateCall();
        call.SetInput("x0", [1f, 2, 3, 4, 5, 6]);
        call.SetInput("x1", [2L, 0]);
        call.SetInput("x2", [true, false, true, true, true, false], 2, 3);
        call.Run();
        Assert.Equal([1f, -1, 3, 4, 5, -1], call.GetOutput<float>("y0").ToArray());
        Assert.Equal([3f, 1, 6, 4], call.GetOutput<float>("y1").ToArray());
        Assert.Equal([2, 2], call.GetOutputShape("y1").ToArray());
        call.SetInput("x0", [1f, 2, 3], 1, 3);
        call.SetInput("x2", [false, false, true]);
        call.Run();
        Assert.Equal([-1f, -1, 3], call.GetOutput<float>("y0").ToArray());
        Assert.Equal([3f, 1], call.GetOutput<float>("y1").ToArray());
    }

    [Fact]
    public void An_input_without_its_shape_has_the_recorded_sizes()
    {
        var small = new SmallProgram();
        int x = small.Input(ValueKind.Float32, -1, 1, -1, -1);
        small.Recorded(x, -1, 1, 2, 2);
        int mean = small.Add("mean", [x], ("dims", new long[] { 2, 3 }));
        using QuantizedProgram program = new("Test", Vocabulary.Bind(small.Graph(mean), small.Data), small.Data);
        float[] means = new float[2];
        program.Run([1, 2, 3, 4, 5, 6, 7, 8], means);
        Assert.Equal([2.5f, 6.5f], means);
        Assert.Equal([-1, 1, 2, 2], program.Inputs[0].RecordedShape);

        ProgramCall call = program.CreateCall();
        call.SetInput("x0", [1f, 2, 3], 1, 1, 1, 3);
        call.Run();
        Assert.Equal([2f], call.GetOutput<float>("y0").ToArray());
        Says<ArgumentException>(
            "has 6 elements; expected a multiple of 4, for shape [any, 1, 2, 2]; for others give the shape",
            () => program.Run(new float[6], means));
    }

    [Fact]
    public void Inputs_and_outputs_are_described()
    {
        using QuantizedProgram program = Two();
        Assert.Equal(
            ["x0: Float32 [any, 3]", "x1: Int64 [2]", "x2: Bool [any, 3]"], program.Inputs.Select(i => i.ToString()));
        Assert.Equal(["y0", "y1"], program.Outputs.Select(static o => o.Name));
    }

    [Fact]
    public void What_is_called_wrongly_is_said()
    {
        using QuantizedProgram program = Two();
        ProgramCall call = program.CreateCall();
        Says<ArgumentException>("no input 'z'; it has x0, x1, x2", () => call.SetInput("z", [1f]));
        Says<ArgumentException>("type Int64, not Float32", () => call.SetInput("x1", [1f]));
        Says<ArgumentException>("has 4 elements; expected a multiple of 3, for shape [any, 3]",
            () => call.SetInput("x0", [1f, 2, 3, 4]));
        Says<ArgumentException>("has 6 elements and shape [3, 2]; expected [any, 3]",
            () => call.SetInput("x0", [1f, 2, 3, 4, 5, 6], 3, 2));
        Says<ArgumentException>("has 3 elements and shape [2, 3]", () => call.SetInput("x0", [1f, 2, 3], 2, 3));
        Says<ArgumentException>("has 0 elements and shape [-1, 3]",
            () => call.SetInput("x0", default(ReadOnlySpan<float>), -1, 3));
        Says<ArgumentException>("shape [2000000000, 3]", () => call.SetInput("x0", [1f], 2_000_000_000, 3));
        Says<InvalidOperationException>("'x0' was not set", call.Run);
        Says<InvalidOperationException>("has not run", () => call.GetOutput<float>("y0"));
        call.SetInput("x0", [1f, 2, 3]);
        call.SetInput("x1", [0L, 0]);
        call.SetInput("x2", [true, true, true, true, true, true]);
        call.Run();
        Says<ArgumentException>("no output 'y9'; it has y0, y1", () => call.GetOutput<float>("y9"));
        Says<ArgumentException>("type Float32, not Int64", () => call.GetOutput<long>("y0"));
        Says<InvalidOperationException>("Run it with CreateCall()", () => program.Run([1f, 2, 3], new float[3]));
        call.SetInput("x0", [1f, 2, 3, 4, 5, 6, 7, 8, 9]);
        Says<ArgumentException>("cannot run on inputs of these shapes", call.Run);
        Says<InvalidOperationException>("has not run", () => call.GetOutput<float>("y0"));
    }

    [Fact]
    public void Lengths_of_spans_are_checked()
    {
        using QuantizedProgram program = Net();
        float[] output = new float[2 * 4];
        Says<ArgumentException>("has 7 elements; expected a multiple of 108",
            () => program.Run(Input.AsSpan(0, 7), output));
        Says<ArgumentException>("has 8 elements; expected 4", () => program.Run(Input.AsSpan(0, 108), output));
        Says<ArgumentException>("has 0 elements; expected 8", () => program.Run(Input, []));
    }

    [Fact]
    public void NaN_is_refused_unless_it_is_allowed_and_infinity_is_the_end_of_the_grid()
    {
        float[] odd = [.. Input], large = [.. Input], output = new float[8], expected = new float[8];
        odd[7] = float.NaN;
        using QuantizedProgram strict = Net(), lenient = Net(new() { AllowNaN = true });
        Says<ArgumentException>("Element 7 of the input 'x0' is NaN", () => strict.Run(odd, output));
        Says<ArgumentException>("is NaN", () => strict.CreateCall().SetInput("x0", odd));
        lenient.Run(odd, output);
        Assert.All(output, static y => Assert.True(float.IsFinite(y)));
        // The quantizer's range ends below 100.
        odd[7] = float.PositiveInfinity;
        odd[9] = float.NegativeInfinity;
        large[7] = 1e9f;
        large[9] = -1e9f;
        strict.Run(odd, output);
        strict.Run(large, expected);
        Assert.Equal(expected, output);
    }

    [Fact]
    public void No_samples_give_no_output()
    {
        using QuantizedProgram program = Net();
        program.Run([], []);
        ProgramCall call = program.CreateCall();
        call.SetInput("x0", default(ReadOnlySpan<float>));
        call.Run();
        Assert.Equal([0, 4], call.GetOutputShape("y0").ToArray());
    }

    [Fact]
    public void Runs_allocate_nothing_once_the_shape_is_known()
    {
        using QuantizedProgram program = Net();
        float[] output = new float[8];
        ProgramCall call = program.CreateCall();
        Both();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            Both();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Both()
        {
            program.Run(Input, output);
            program.Run(Input.AsSpan(0, 108), output.AsSpan(0, 4));
            call.SetInput("x0", Input);
            call.Run();
        }
    }

    [Fact]
    public void Calls_at_once_give_what_calls_in_turn_give()
    {
        using QuantizedProgram program = Net();
        float[] expected = new float[8];
        program.Run(Input, expected);
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            float[] output = new float[i % 2 == 0 ? 8 : 4];
            program.Run(Input.AsSpan(0, output.Length / 4 * 108), output);
            Assert.Equal(expected[..output.Length], output);
        });
    }

    [Fact]
    public async Task Disposal_waits_for_calls_and_refuses_new_ones()
    {
        for (int round = 0; round < 20; round++)
        {
            QuantizedProgram program = Net();
            float[] expected = new float[8];
            program.Run(Input, expected);
            ProgramCall call = program.CreateCall();
            call.SetInput("x0", Input);
            Task[] tasks = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                float[] output = new float[8];
                while (true)
                {
                    try
                    {
                        program.Run(Input, output);
                    }
                    catch (ObjectDisposedException)
                    {
                        return;
                    }
                    Assert.Equal(expected, output);
                }
            }))];
            Thread.Sleep(1);
            program.Dispose();
            program.Dispose();
            await Task.WhenAll(tasks);
            Assert.Throws<ObjectDisposedException>(call.Run);
            Assert.Throws<ObjectDisposedException>(() => program.CreateCall());
            Assert.Throws<ObjectDisposedException>(() => program.Describe());
        }
    }

    [Fact]
    public void The_last_shapes_are_kept_prepared_and_no_more()
    {
        using QuantizedProgram program = Net();
        float[] input = new float[60 * 108], output = new float[60 * 4];
        for (int samples = 1; samples <= 60; samples++)
            program.Run(input.AsSpan(0, samples * 108), output.AsSpan(0, samples * 4));
        Assert.Equal(PreparedPrograms.Most, program.PreparedCount);
    }

    [Fact]
    public void Threads_are_one_or_more()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantizedProgramOptions { Threads = 0 });
        using QuantizedProgram one = Net(), many = Net(new() { Threads = 1000 });
        float[] expected = new float[8], output = new float[8];
        one.Run(Input, expected);
        many.Run(Input, output);
        Assert.Equal(expected, output);
    }

    [Fact]
    public void A_program_is_described_as_a_table()
    {
        using QuantizedProgram program = Net();
        string text = program.Describe();
        Assert.Contains("Test: x0: Float32 [any, 3, 6, 6] -> y0: Float32", text, StringComparison.Ordinal);
        Assert.Matches(@"fused_conv +place\d+ +codes \[1, 6, 6, 4\] +W4 A8 to 8 +3,888 +integers\n", text);
        Assert.Contains("In integers: 100.0 % of the products.", text, StringComparison.Ordinal);
        Says<ArgumentException>("expected one for each input", () => program.Describe([]));
        Says<ArgumentException>("has shape [1, 2]; expected [any, 3, 6, 6]", () => program.Describe([[1, 2]]));
    }

    private static void Says<T>(string text, Action action)
        where T : Exception => Assert.Contains(text, Assert.Throws<T>(action).Message, StringComparison.Ordinal);

    /// <summary>A quantized convolution and the mean of its channels.</summary>
    private static QuantizedProgram Net(QuantizedProgramOptions? options = null)
    {
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, -1, 3, 6, 6);
        int codes = program.Quantize(x, 8, 0.01f, 128);
        (int weight, int bias) = program.Layer(new(1), 4, 4, 3, 3, 3);
        int y = program.Add("conv", [codes, weight, bias], ("padding", new long[] { 1, 1 }));
        y = program.Quantize(program.Add("relu", [y]), 8, 0.02f, 0);
        y = program.Add("mean", [y], ("dims", new long[] { 2, 3 }));
        return new("Test", Vocabulary.Bind(program.Graph(y), program.Data), program.Data, options);
    }

    /// <summary>Three inputs of three types, and two outputs.</summary>
    private static QuantizedProgram Two()
    {
        var program = new SmallProgram();
        int x = program.Input(ValueKind.Float32, -1, 3), indices = program.Input(ValueKind.Int64, 2),
            mask = program.Input(ValueKind.Bool, -1, 3);
        int other = program.Add("constant", [], ("value", -1.0));
        int where = program.Add("where", [mask, x, other]), taken = program.Add("take", [x, indices], ("dim", 1L));
        return new("Test", Vocabulary.Bind(program.Graph(where, taken), program.Data), program.Data);
    }
}
