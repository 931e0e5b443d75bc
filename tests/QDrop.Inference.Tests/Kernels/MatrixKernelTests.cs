using QDrop.Kernels;
using Xunit;

namespace QDrop.Tests.Kernels;

/// <summary>Products of two matrices that are known only when they are computed, shares, and norms.</summary>
public sealed unsafe class MatrixKernelTests
{
    private static readonly (int Rows, int Inner, int Columns)[] Sizes =
        [(1, 1, 1), (8, 32, 16), (128, 32, 128), (9, 33, 17), (13, 7, 40), (3, 130, 5)];

    [Fact]
    public void Products_of_floats_are_fused_sums_in_order()
    {
        foreach ((int rows, int inner, int columns) in Sizes)
        {
            float[] x = Floats(rows * inner), y = Floats(inner * columns);
            float[] expected = new float[rows * columns];
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++)
                {
                    for (int k = 0; k < inner; k++)
                    {
                        expected[(r * columns) + c] = MathF.FusedMultiplyAdd(
                            x[(r * inner) + k], y[(k * columns) + c], expected[(r * columns) + c]);
                    }
                }
            }
            foreach (bool isTransposed in new[] { false, true })
            {
                float[] second = isTransposed ? Transposed(y, inner, columns) : y;
                foreach (InstructionSet set in Sets())
                {
                    var product = new FloatProduct(rows, inner, columns, isTransposed, set);
                    var packed = new PinnedBuffer((int)product.PackedBytes);
                    float[] found = new float[rows * columns];
                    fixed (float* a = x, b = second, z = found)
                    {
                        product.Pack(b, (float*)packed.Pointer, 0, product.BlockCount);
                        int half = product.TileCount / 2;
                        product.Run(a, (float*)packed.Pointer, z, half, product.TileCount);
                        product.Run(a, (float*)packed.Pointer, z, 0, half);
                    }
                    Assert.Equal(expected, found);
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 128)]
    [InlineData(255, 3)]
    [InlineData(117, 130)]
    public void Products_of_codes_are_exact(int zeroPoint, int otherZeroPoint)
    {
        foreach ((int rows, int inner, int columns) in Sizes)
        {
            byte[] x = Bytes(rows * inner), y = Bytes(inner * columns);
            float[] expected = new float[rows * columns];
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++)
                {
                    int sum = 0;
                    for (int k = 0; k < inner; k++)
                        sum += (x[(r * inner) + k] - zeroPoint) * (y[(k * columns) + c] - otherZeroPoint);
                    expected[(r * columns) + c] = sum * 0.25f;
                }
            }
            byte[] codes = [.. expected.Select(static v => (byte)Math.Clamp(MathF.Round(v * 0.001f) + 9, 0, 255))];
            float[] multipliers = new float[columns];
            Array.Fill(multipliers, 0.25f);
            foreach (bool isTransposed in new[] { false, true })
            {
                byte[] second = isTransposed ? Transposed(y, inner, columns) : y;
                foreach (InstructionSet set in Sets())
                {
                    float[] found = new float[rows * columns];
                    byte[] foundCodes = new byte[rows * columns];
                    fixed (float* z = found)
                        Run(new Epilogue(multipliers, []), z);
                    fixed (byte* z = foundCodes)
                        Run(new Epilogue(multipliers, [], new OutputCodes([0.001f], [9], 255)), z);
                    Assert.Equal(expected, found);
                    Assert.Equal(codes, foundCodes);

                    void Run(Epilogue epilogue, void* result)
                    {
                        var product = new CodeProduct(
                            rows, inner, columns, (byte)zeroPoint, (byte)otherZeroPoint, isTransposed, epilogue, set);
                        var copy = new PinnedBuffer((int)product.CopyBytes);
                        var packed = new PinnedBuffer((int)product.PackedBytes);
                        var scratch = new PinnedBuffer((int)product.PackScratchBytes);
                        fixed (byte* a = x, b = second)
                        {
                            product.Prepare(a, copy.Pointer);
                            product.Pack(b, packed.Pointer, scratch.Pointer);
                            product.Run(copy.Pointer, packed.Pointer, result, 0, product.TileCount);
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(16)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(3001)]
    public void Shares_add_up_to_one(int length)
    {
        int rows = SoftmaxKernel.RowsAtOnce(length);
        float[] x = Floats(rows * length), mask = Floats(length);
        mask[length / 2] = -10000;
        x[0] = 12;
        var grid = new CodeGrid(1f / 255, 0, 255);
        float[]? first = null;
        byte[]? firstCodes = null;
        foreach (InstructionSet set in Sets())
        {
            float[] y = new float[rows * length];
            byte[] codes = new byte[y.Length];
            var scratch = new PinnedBuffer(SoftmaxKernel.ScratchBytes(length));
            fixed (float* from = x, added = mask, to = y)
            fixed (byte* toCodes = codes)
            {
                float* space = (float*)scratch.Pointer;
                SoftmaxKernel.Rows(from, added, new int[rows], 0.5f, length, to, null, default, space, set);
                SoftmaxKernel.Rows(from, added, new int[rows], 0.5f, length, null, toCodes, grid, space, set);
            }
            for (int row = 0; row < rows; row++)
            {
                double[] powers = [.. Enumerable.Range(0, length).Select(
                    i => Math.Exp((0.5 * x[(row * length) + i]) + mask[i]))];
                double sum = powers.Sum();
                for (int i = 0; i < length; i++)
                {
                    double expected = sum == 0 ? 1 : powers[i] / sum;
                    Assert.Equal(expected, y[(row * length) + i], 2e-6);
                    Assert.Equal(expected * 255, codes[(row * length) + i], 0.501);
                }
            }
            first ??= y;
            firstCodes ??= codes;
            Assert.Equal(first, y);
            Assert.Equal(firstCodes, codes);
        }
    }

    [Theory]
    [InlineData(384)]
    [InlineData(100)]
    [InlineData(7)]
    public void Norms_have_mean_0_and_variance_1(int length)
    {
        float[] x = [.. Floats(length).Select(static v => v + 3)], weight = Floats(length), bias = Floats(length);
        float[] y = new float[length], plain = new float[length];
        NormKernel.Normalize(x, y, 1e-5f, weight, bias);
        NormKernel.Normalize(x, plain, 1e-5f, default, default);
        double mean = x.Average(static v => (double)v), variance = x.Average(v => Math.Pow(v - mean, 2));
        for (int i = 0; i < length; i++)
        {
            double expected = (x[i] - mean) / Math.Sqrt(variance + 1e-5);
            Assert.Equal(expected, plain[i], 1e-5);
            Assert.Equal((expected * weight[i]) + bias[i], y[i], 1e-5);
        }
    }

    private static List<InstructionSet> Sets() => [.. InstructionSets.All.ToArray().Where(InstructionSets.IsSupported)];

    private static float[] Floats(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static T[] Transposed<T>(T[] matrix, int rows, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => matrix[(i % rows * columns) + (i / rows)])];
}
