using System.Diagnostics;
using System.Runtime.InteropServices;

namespace QDrop.Benchmarks;

/// <summary>
/// The program of <c>samples/Deploy</c>, compiled ahead of time, beside the same in TorchSharp: bytes, the time from
/// start to end with one picture, and the largest resident memory.
/// </summary>
internal static partial class DeploymentBenchmark
{
    private const int Rounds = 21;

    /// <summary>Measures, and writes a table.</summary>
    /// <param name="program">The program.</param>
    /// <param name="model">The quantized model.</param>
    /// <param name="sample">The sample's assembly, which runs the model in TorchSharp.</param>
    public static void Run(string program, string model, string sample)
    {
        string picture = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.bmp");
        try
        {
            File.WriteAllBytes(picture, Bitmap());
            // The smaller one first: the system tells of the largest process only.
            (double own, long ownMemory) = Measure(program, [model, picture]);
            (double other, long otherMemory) = Measure(
                "dotnet", [sample, "--artifact", Path.GetFullPath(model), "--picture", picture, "--threads", "1"]);
            Console.WriteLine("| | program and model, bytes | start to end, ms | resident, MiB |");
            Console.WriteLine("|---|---|---|---|");
            long size = new FileInfo(program).Length + new FileInfo(model).Length;
            Console.WriteLine($"| QDrop.Inference, Native AOT | {size:n0} | {own:f1} | {ownMemory / 1024.0:f1} |");
            Console.WriteLine(
                $"| TorchSharp | {Closure(sample) + new FileInfo(model).Length:n0} | {other:f1} | "
                    + $"{otherMemory / 1024.0:f1} |");
        }
        finally
        {
            File.Delete(picture);
        }
    }

    /// <summary>The median time of a process in milliseconds, and its resident memory in KiB.</summary>
    private static (double Milliseconds, long Memory) Measure(string program, string[] arguments)
    {
        double[] times = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            var info = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
            };
            info.Environment["OMP_NUM_THREADS"] = "1";
            long start = Stopwatch.GetTimestamp();
            using Process process = Process.Start(info)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
        }
        Array.Sort(times);
        const int Children = -1, Longs = 18, MaxResident = 4;
        Span<long> usage = stackalloc long[Longs];
        if (GetResourceUsage(Children, ref MemoryMarshal.GetReference(usage)) != 0)
            throw new InvalidOperationException("The system does not tell the memory of processes.");
        return (times[Rounds / 2], usage[MaxResident]);
    }

    /// <summary>Bytes of the files that go with the sample's program.</summary>
    private static long Closure(string sample) => Directory
        .EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(sample))!, "*", SearchOption.AllDirectories)
        .Where(static f => Path.GetExtension(f) is ".dll" or ".so" || f.Contains(".so.", StringComparison.Ordinal))
        .Sum(static f => new FileInfo(f).Length);

    /// <summary>A picture of 32 times 32 pixels, as a BMP file.</summary>
    private static byte[] Bitmap()
    {
        const int Side = 32, Header = 54, Pixels = Side * Side * 3;
        byte[] file = new byte[Header + Pixels];
        (file[0], file[1]) = ((byte)'B', (byte)'M');
        BitConverter.TryWriteBytes(file.AsSpan(2), file.Length);
        BitConverter.TryWriteBytes(file.AsSpan(10), Header);
        BitConverter.TryWriteBytes(file.AsSpan(14), 40);
        BitConverter.TryWriteBytes(file.AsSpan(18), Side);
        BitConverter.TryWriteBytes(file.AsSpan(22), Side);
        BitConverter.TryWriteBytes(file.AsSpan(26), (short)1);
        BitConverter.TryWriteBytes(file.AsSpan(28), (short)24);
        for (int i = 0; i < Pixels; i++)
            file[Header + i] = (byte)(i * 7 % 251);
        return file;
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, ref long usage);
}
