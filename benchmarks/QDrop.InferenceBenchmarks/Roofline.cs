using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using QDrop.Kernels;

namespace QDrop.InferenceBenchmarks;

/// <summary>How near layers alone are to what the processor can multiply in registers.</summary>
internal static unsafe class Roofline
{
    private const int Steps = 4096;
    private const int Rounds = 400;

    private static readonly (string Name, ConvolutionGeometry Geometry)[] Layers =
    [
        ("ResNet-20, 16 channels, 32 × 32", Convolution(16, 32)),
        ("ResNet-20, 32 channels, 16 × 16", Convolution(32, 16)),
        ("ResNet-20, 64 channels, 8 × 8", Convolution(64, 8)),
        ("ResNet-18, 64 channels, 56 × 56", Convolution(64, 56)),
        ("ResNet-18, 512 channels, 7 × 7", Convolution(512, 7)),
        ("BERT, 128 rows, 384 to 384", ConvolutionGeometry.Linear(128, 384, 384)),
        ("BERT, 128 rows, 1536 to 384", ConvolutionGeometry.Linear(128, 1536, 384)),
    ];

    /// <summary>Writes tables.</summary>
    public static void Run()
    {
        Console.WriteLine($"Kernels: {InstructionSets.Best}.");
        Console.WriteLine();
        double peak = Avx512BW.IsSupported ? Best(Products512, 1) * 64
            : Avx2.IsSupported ? Best(Products256, 1) * 32 : 0;
        double floats = Avx512F.IsSupported ? Best(Fused512, 1) * 16 : 0;
        Console.WriteLine("| In registers | 10⁹ products a second |");
        Console.WriteLine("| --- | ---: |");
        Console.WriteLine($"| bytes, `vpmaddubsw` alone | {peak:0} |");
        Console.WriteLine($"| float32, `vfmadd231ps` | {floats:0} |");
        Console.WriteLine();
        Console.WriteLine("| A layer alone, with padding and codes | W4A4 | of the peak | W2A2 | W4A8 |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach ((string name, ConvolutionGeometry geometry) in Layers)
        {
            double usual = Rate(geometry, 4, 4);
            Console.WriteLine(
                $"| {name} | {usual:0} | {100 * usual / peak:0} % | {Rate(geometry, 2, 2):0} "
                    + $"| {Rate(geometry, 4, 8):0} |");
        }
    }

    private static ConvolutionGeometry Convolution(int channels, int size) =>
        new(channels, channels, new Extents(1, size, size), new Extents(1, 3, 3))
        {
            PadBefore = new Extents(0, 1, 1),
            PadAfter = new Extents(0, 1, 1),
        };

    /// <summary>10⁹ products a second of a layer with random weights, normally distributed.</summary>
    private static double Rate(ConvolutionGeometry geometry, int weightBits, int activationBits)
    {
        var random = new Random(1);
        int top = (1 << weightBits) - 1;
        byte[] levels = new byte[geometry.OutChannels * geometry.Depth];
        foreach (ref byte level in levels.AsSpan())
        {
            double size = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            double normal = size * Math.Cos(2 * Math.PI * random.NextDouble());
            level = (byte)Math.Clamp(Math.Round((top / 2.0) + (normal * top / 5)), 0, top);
        }
        byte[] zeroPoints = new byte[geometry.OutChannels];
        Array.Fill(zeroPoints, (byte)((top + 1) / 2));
        var convolution = PackedConvolution.Pack(geometry, levels, zeroPoints, activationBits, 0);
        float[] multipliers = new float[geometry.OutChannels];
        Array.Fill(multipliers, 0.01f);
        var epilogue = new Epilogue(multipliers, [], new OutputCodes([10], [0], (1 << activationBits) - 1), low: 0);
        var input = new PinnedBuffer(geometry.Input.Volume * geometry.InChannels);
        foreach (ref byte code in input.Values<byte>())
            code = (byte)random.Next(1 << activationBits);
        var copy = new PinnedBuffer((int)convolution.ScratchBytes);
        var output = new PinnedBuffer(geometry.Output.Volume * geometry.OutChannels);
        bool isCopied = convolution.ScratchBytes > 0;
        return Best(Layer, 10) * geometry.MultiplyAccumulates;

        void Layer()
        {
            if (isCopied)
                convolution.Prepare(input.Pointer, copy.Pointer);
            convolution.Run(
                isCopied ? copy.Pointer : input.Pointer, epilogue, output.Pointer, null, 0, convolution.TileCount);
        }
    }

    /// <summary>10⁹ times in a second that something is done, in the best of many rounds.</summary>
    private static double Best(Action action, int times)
    {
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < times; i++)
                action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / times);
        }
        return (times > 1 ? 1 : Steps * 8) / best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products512()
    {
        // Each product is of the one before: otherwise they would be the same in each step, and made once.
        var s0 = Vector512.Create((byte)1);
        Vector512<byte> s1 = s0 + s0, s2 = s1 + s0, s3 = s2 + s0;
        Vector512<byte> s4 = s3 + s0, s5 = s4 + s0, s6 = s5 + s0, s7 = s6 + s0;
        var w = Vector512.Create((sbyte)1);
        for (int i = 0; i < Steps; i++)
        {
            s0 = Avx512BW.MultiplyAddAdjacent(s0, w).AsByte();
            s1 = Avx512BW.MultiplyAddAdjacent(s1, w).AsByte();
            s2 = Avx512BW.MultiplyAddAdjacent(s2, w).AsByte();
            s3 = Avx512BW.MultiplyAddAdjacent(s3, w).AsByte();
            s4 = Avx512BW.MultiplyAddAdjacent(s4, w).AsByte();
            s5 = Avx512BW.MultiplyAddAdjacent(s5, w).AsByte();
            s6 = Avx512BW.MultiplyAddAdjacent(s6, w).AsByte();
            s7 = Avx512BW.MultiplyAddAdjacent(s7, w).AsByte();
        }
        Sink(Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products256()
    {
        // Each product is of the one before: otherwise they would be the same in each step, and made once.
        var s0 = Vector256.Create((byte)1);
        Vector256<byte> s1 = s0 + s0, s2 = s1 + s0, s3 = s2 + s0;
        Vector256<byte> s4 = s3 + s0, s5 = s4 + s0, s6 = s5 + s0, s7 = s6 + s0;
        var w = Vector256.Create((sbyte)1);
        for (int i = 0; i < Steps; i++)
        {
            s0 = Avx2.MultiplyAddAdjacent(s0, w).AsByte();
            s1 = Avx2.MultiplyAddAdjacent(s1, w).AsByte();
            s2 = Avx2.MultiplyAddAdjacent(s2, w).AsByte();
            s3 = Avx2.MultiplyAddAdjacent(s3, w).AsByte();
            s4 = Avx2.MultiplyAddAdjacent(s4, w).AsByte();
            s5 = Avx2.MultiplyAddAdjacent(s5, w).AsByte();
            s6 = Avx2.MultiplyAddAdjacent(s6, w).AsByte();
            s7 = Avx2.MultiplyAddAdjacent(s7, w).AsByte();
        }
        Sink(Vector256.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fused512()
    {
        Vector512<float> s0 = default, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        var x = Vector512.Create(0.5f);
        Vector512<float> w = x;
        for (int i = 0; i < Steps; i++)
        {
            s0 = Vector512.FusedMultiplyAdd(x, w, s0);
            s1 = Vector512.FusedMultiplyAdd(x, w, s1);
            s2 = Vector512.FusedMultiplyAdd(x, w, s2);
            s3 = Vector512.FusedMultiplyAdd(x, w, s3);
            s4 = Vector512.FusedMultiplyAdd(x, w, s4);
            s5 = Vector512.FusedMultiplyAdd(x, w, s5);
            s6 = Vector512.FusedMultiplyAdd(x, w, s6);
            s7 = Vector512.FusedMultiplyAdd(x, w, s7);
        }
        Sink(Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Sink<T>(T value) => GC.KeepAlive(value);
}
