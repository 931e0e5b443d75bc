using CsCheck;
using QDrop.Kernels;
using Xunit;

namespace QDrop.Tests.Kernels;

/// <summary>Convolutions of codes: exact sums on every path, and the same bytes.</summary>
public sealed class PackedConvolutionTests
{
    private const int Cases = 250;

    /// <summary>The paths. One that this processor does not have returns early.</summary>
    public static TheoryData<string> Sets => [.. Enum.GetNames<InstructionSet>()];

    private static Gen<ConvolutionCase> Any { get; } =
        from geometry in Geometries.All
        from weightBits in Gen.Int[2, 8]
        from inputBits in Gen.Int[2, 8]
        from extreme in Gen.Bool
        from seed in Gen.Int[0, 1 << 30]
        select ConvolutionCase.Random(geometry, weightBits, inputBits, extreme, seed);

    private static Gen<ConvolutionCase> Few { get; } =
        from geometry in Geometries.All
        from weightBits in Gen.Int[1, 2]
        from inputBits in Gen.Int[1, 4]
        from extreme in Gen.Bool
        from seed in Gen.Int[0, 1 << 30]
        select ConvolutionCase.Random(geometry, weightBits, inputBits, extreme, seed);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Sums_are_exact(string name)
    {
        if (!Has(name, out InstructionSet set))
            return;
        foreach (ConvolutionCase c in RandomCases.Of(Any, Cases, seed: 11))
            Assert.Equal(Floats(c), c.Run<float>(set, Plain(c), ranges: 1 + (c.Input[0] % 4)));
    }

    [Fact]
    public void Sums_that_are_looked_up_are_exact()
    {
        if (!InstructionSets.IsSupported(InstructionSet.Avx512))
            return;
        int seed = 0, count = 0;
        foreach ((ConvolutionCase c, int ranges) in RandomCases.Of(Gen.Select(Few, Gen.Int[1, 4]), 4 * Cases, seed: 15))
        {
            if (c.Pack(InstructionSet.Avx512, isLookedUp: true).Format != WeightFormat.Tables)
                continue;
            count++;
            var random = new Random(seed++);
            var numbers = new EpilogueCase(c, random);
            float[] found = c.Run<float>(InstructionSet.Avx512, Plain(c), ranges: ranges, isLookedUp: true);
            Assert.True(Floats(c).SequenceEqual(found), $"{c.Geometry} in {ranges} ranges.");
            Assert.Equal(
                numbers.Codes(c.Sums()),
                c.Run<byte>(
                    InstructionSet.Avx512, numbers.Epilogue(quantized: true), numbers.Residual, ranges, true));
            Assert.Equal(
                numbers.Floats(c.Sums()),
                c.Run<float>(
                    InstructionSet.Avx512, numbers.Epilogue(quantized: false), numbers.Residual, ranges, true));
        }
        Assert.True(count > Cases, $"{count} of {4 * Cases} are looked up.");
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(4, false)]
    [InlineData(8, false)]
    public void Weights_of_2_bits_are_looked_up_where_that_is_faster(int inputBits, bool isLookedUp)
    {
        if (!InstructionSets.IsSupported(InstructionSet.Avx512))
            return;
        var geometry = new ConvolutionGeometry(64, 64, new Extents(1, 8, 8), new Extents(1, 3, 3));
        var c = ConvolutionCase.Random(geometry, 2, inputBits, extreme: false, seed: 1);
        Assert.Equal(isLookedUp, c.Pack(InstructionSet.Avx512).Format == WeightFormat.Tables);
        Assert.NotEqual(
            WeightFormat.Tables,
            ConvolutionCase.Random(geometry, 4, inputBits, extreme: false, seed: 1).Pack(null).Format);
    }

    [Fact]
    public void Sums_are_exact_on_the_path_that_is_chosen()
    {
        foreach (ConvolutionCase c in RandomCases.Of(Any, Cases, seed: 12))
            Assert.Equal(Floats(c), c.Run<float>(null, Plain(c)));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Nothing_overflows_where_all_codes_and_levels_are_greatest(string name)
    {
        if (!Has(name, out InstructionSet set))
            return;
        for (int weightBits = 2; weightBits <= 8; weightBits++)
        {
            for (int inputBits = 2; inputBits <= 8; inputBits++)
            {
                foreach (ConvolutionGeometry g in Deep())
                {
                    for (int seed = 0; seed < 4; seed++)
                    {
                        var c = ConvolutionCase.Random(g, weightBits, inputBits, extreme: true, seed);
                        Assert.Equal(Floats(c), c.Run<float>(set, Plain(c)));
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Codes_are_what_their_definition_says(string name)
    {
        if (!Has(name, out InstructionSet set))
            return;
        int seed = 0;
        foreach (ConvolutionCase c in RandomCases.Of(Any, Cases, seed: 13))
        {
            var random = new Random(seed++);
            var numbers = new EpilogueCase(c, random);
            Assert.Equal(
                numbers.Codes(c.Sums()),
                c.Run<byte>(set, numbers.Epilogue(quantized: true), numbers.Residual, random.Next(1, 4)));
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Floats_are_what_their_definition_says(string name)
    {
        if (!Has(name, out InstructionSet set))
            return;
        int seed = 0;
        foreach (ConvolutionCase c in RandomCases.Of(Any, Cases, seed: 14))
        {
            var random = new Random(seed++);
            var numbers = new EpilogueCase(c, random);
            float[] expected = numbers.Floats(c.Sums());
            float[] actual = c.Run<float>(set, numbers.Epilogue(quantized: false), numbers.Residual);
            Assert.Equal(
                expected.Select(BitConverter.SingleToInt32Bits),
                actual.Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Fact]
    public void Panels_of_a_large_input_cover_all_tiles()
    {
        var geometry = new ConvolutionGeometry(128, 40, new Extents(1, 61, 67), Extents.One)
        {
            Stride = new Extents(1, 1, 2),
        };
        var c = ConvolutionCase.Random(geometry, 4, 4, extreme: false, seed: 1);
        Assert.Equal(Floats(c), c.Run<float>(null, Plain(c), ranges: 7));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public unsafe void A_run_allocates_nothing(string name)
    {
        if (!Has(name, out InstructionSet set))
            return;
        foreach (ConvolutionGeometry g in Deep())
        {
            var c = ConvolutionCase.Random(g, 4, 4, extreme: false, seed: 1);
            PackedConvolution packed = c.Pack(set);
            Epilogue epilogue = Plain(c);
            float[] output = new float[c.OutputLength];
            byte[] scratch = new byte[packed.ScratchBytes];
            fixed (byte* input = c.Input)
            fixed (byte* copy = scratch)
            fixed (float* target = output)
            {
                long before = 0;
                for (int i = 0; i < 3; i++)
                {
                    // What the first runs allocate, the compiler does.
                    before = GC.GetAllocatedBytesForCurrentThread();
                    if (scratch.Length > 0)
                        packed.Prepare(input, copy);
                    packed.Run(scratch.Length > 0 ? copy : input, epilogue, target, null, 0, packed.TileCount);
                }
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
        }
    }

    [Fact]
    public void Sums_beyond_32_bits_are_refused()
    {
        var geometry = ConvolutionGeometry.Linear(1, 40000, 1);
        byte[] levels = new byte[40000];
        levels.AsSpan().Fill(255);
        Assert.Throws<ArgumentException>(() => PackedConvolution.Pack(geometry, levels, [0], 8, 0));
    }

    [Fact]
    public void Numbers_that_do_not_belong_together_are_refused()
    {
        var geometry = ConvolutionGeometry.Linear(1, 4, 2);
        Assert.Throws<ArgumentException>(() => PackedConvolution.Pack(geometry, new byte[7], [0], 8, 0));
        Assert.Throws<ArgumentException>(() => PackedConvolution.Pack(geometry, new byte[8], [0, 0, 0], 8, 0));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => PackedConvolution.Pack(geometry, new byte[8], [0], 4, 16));
        Assert.Throws<ArgumentException>(
            () => PackedConvolution.Pack(geometry with { Groups = 3 }, new byte[8], [0], 4, 0));
    }

    private static IEnumerable<ConvolutionGeometry> Deep() =>
    [
        ConvolutionGeometry.Linear(1, 300, 5),
        ConvolutionGeometry.Linear(3, 300, 5),
        new ConvolutionGeometry(20, 17, new Extents(1, 5, 5), new Extents(1, 3, 3))
        {
            PadBefore = new Extents(0, 1, 1),
            PadAfter = new Extents(0, 1, 1),
        },
        new ConvolutionGeometry(17, 17, new Extents(1, 5, 5), new Extents(1, 3, 3)) { Groups = 17 },
    ];

    private static bool Has(string name, out InstructionSet set)
    {
        set = Enum.Parse<InstructionSet>(name);
        return InstructionSets.IsSupported(set);
    }

    private static Epilogue Plain(ConvolutionCase c)
    {
        float[] multipliers = new float[c.Geometry.OutChannels];
        multipliers.AsSpan().Fill(1);
        return new Epilogue(multipliers, []);
    }

    private static float[] Floats(ConvolutionCase c) => [.. c.Sums().Select(static s => (float)s)];
}
