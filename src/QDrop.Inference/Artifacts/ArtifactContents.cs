using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QDrop.Programs;
using QDrop.Quantizers;
using QDrop.Safetensors;

namespace QDrop.Artifacts;

/// <summary>The parts of an artifact of which a program is made, checked.</summary>
/// <param name="Model">Full name of the model's class.</param>
/// <param name="Program">What it computes; <see langword="null"/> if the artifact has no program.</param>
/// <param name="WhyNoProgram">Why it has none; <see langword="null"/> if it has one.</param>
/// <param name="Data">What the program names.</param>
internal sealed record ArtifactContents(
    string Model, ProgramGraph? Program, string? WhyNoProgram, ProgramData Data)
{
    /// <summary>The method of a quantized model whose settings name none.</summary>
    private const string DefaultMethod = "QDrop";

    private static readonly InputFile Kind = new(
        "quantized model",
        Missing: Codes.ArtifactMissing,
        Damaged: Codes.ArtifactDamaged,
        Foreign: Codes.ArtifactForeign,
        Advice: "Build the project again, or copy the artifact again.",
        AdviceIfMissing: "Give the path of the artifact that a build of the model's project has left.");

    /// <summary>Reads an artifact.</summary>
    /// <exception cref="QDropException">
    /// QDROP250: truncated, corrupted or inconsistent. QDROP251: not an artifact. QDROP252: of a newer format.
    /// QDROP254: no such file.
    /// </exception>
    public static ArtifactContents Read(string path) => Kind.Read(path, Read);

    /// <exception cref="InvalidFileException">It is no artifact, or a damaged one.</exception>
    internal static ArtifactContents Read(Stream stream)
    {
        var header = SafetensorsHeader.Read(stream);
        string manifest = CheckFormat(header.Metadata);
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in header.Entries)
        {
            if (entry.End - entry.Start > Array.MaxLength)
            {
                throw new InvalidFileException(
                    $"its tensor '{entry.Name}' has {entry.End - entry.Start} bytes: too many.");
            }
            byte[] bytes = new byte[entry.End - entry.Start];
            stream.ReadExactly(bytes);
            tensors.Add(entry.Name, new StoredTensor(entry.Name, entry.Type, entry.Shape, bytes));
        }
        CheckHash(header.Metadata, manifest, tensors);
        try
        {
            using var json = JsonDocument.Parse(manifest, new() { AllowDuplicateProperties = false });
            ArtifactContents contents = Of(json.RootElement, tensors);
            return contents with
            {
                Data = contents.Data with { Origin = OriginOf(json.RootElement, header.Metadata) },
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            throw new InvalidFileException($"its manifest cannot be read ({e.Message}): it is corrupted.");
        }
        catch (InvalidProgramGraphException e)
        {
            throw new InvalidFileException($"its program cannot be: {e.Message}");
        }
    }

    private static string CheckFormat(Dictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(ArtifactFormat.NameKey, out string? format) || format != ArtifactFormat.Name)
        {
            throw new InvalidFileException(
                "it is a safetensors file, but not a model quantized by QDrop: its metadata should have "
                    + $"{ArtifactFormat.NameKey} = {ArtifactFormat.Name}, found {format ?? "none"}.",
                foreign: true);
        }
        string version = Value(metadata, ArtifactFormat.VersionKey);
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
        {
            throw new InvalidFileException(
                $"its {ArtifactFormat.VersionKey} is '{version}'; expected {ArtifactFormat.Version}.");
        }
        if (number > ArtifactFormat.Version)
        {
            throw new InvalidFileException(
                $"it has format version {number}, but this version of QDrop reads version {ArtifactFormat.Version}.",
                code: Codes.ArtifactNewer,
                advice: "Update the package QDrop.Inference, or build the model with the program's version.");
        }
        return Value(metadata, ArtifactFormat.ManifestKey);
    }

    /// <summary>The hash as <c>docs/artifact-format.md</c> has it.</summary>
    private static void CheckHash(
        Dictionary<string, string> metadata, string manifest, Dictionary<string, StoredTensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(manifest);
        Span<byte> size = stackalloc byte[sizeof(long)];
        foreach (StoredTensor tensor in tensors.Values.OrderBy(static t => t.Name, StringComparer.Ordinal))
        {
            Append(tensor.Name);
            Append(tensor.Type.Name());
            AppendNumber((uint)tensor.Shape.Length);
            foreach (long count in tensor.Shape)
            {
                BinaryPrimitives.WriteInt64LittleEndian(size, count);
                hash.AppendData(size);
            }
            hash.AppendData(tensor.Bytes);
        }
        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != Value(metadata, ArtifactFormat.HashKey))
        {
            throw new InvalidFileException(
                $"its contents have SHA-256 {found}, but it should be {Value(metadata, ArtifactFormat.HashKey)}: it is "
                    + "corrupted.");
        }

        void Append(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            AppendNumber((uint)bytes.Length);
            hash.AppendData(bytes);
        }

        void AppendNumber(uint number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
            hash.AppendData(bytes);
        }
    }

    private static ArtifactContents Of(JsonElement manifest, Dictionary<string, StoredTensor> tensors)
    {
        var layers = new Dictionary<string, LayerWeights>(StringComparer.Ordinal);
        foreach (JsonElement layer in manifest.GetProperty("layers").EnumerateArray())
        {
            LayerWeights weights = LayerOf(layer, tensors);
            if (!layers.TryAdd(weights.Name, weights))
                throw new InvalidFileException($"there are two of layer '{weights.Name}'.");
        }
        var constants = new Dictionary<string, Constant>(StringComparer.Ordinal);
        foreach (StoredTensor tensor in tensors.Values)
        {
            if (tensor.Name.StartsWith(ArtifactFormat.FloatPrefix, StringComparison.Ordinal)
                || tensor.Name.StartsWith(ArtifactFormat.ProgramPrefix, StringComparison.Ordinal))
                constants.Add(tensor.Name, tensor.ToConstant());
        }
        var data = new ProgramData(layers, GridsOf(manifest.GetProperty("activations"), tensors), constants);
        string? why = manifest.TryGetProperty("noProgram", out JsonElement reason) ? reason.GetString() : null;
        ProgramGraph? program = manifest.TryGetProperty("program", out JsonElement json)
            ? ProgramJson.Read(json)
            : null;
        return new(
            manifest.GetProperty("model").GetString() ?? "",
            program,
            program is not null ? null : why ?? "it was made by a version of QDrop that leaves none",
            data);
    }

    private static List<(string Name, string Value)> OriginOf(
        JsonElement manifest, Dictionary<string, string> metadata)
    {
        var origin = new List<(string Name, string Value)>();
        Add("model", "model");
        Add("settings", "settings");
        if (manifest.TryGetProperty("settings", out JsonElement settings))
            origin.Add(("method", settings.TryGetProperty("method", out JsonElement m) ? m.ToString() : DefaultMethod));
        Add("fingerprint", "fingerprint");
        Add("weights_sha256", "weightsHash");
        Add("calibration_sha256", "calibrationHash");
        Add("versions", "versions");
        origin.Add(("artifact_sha256", Value(metadata, ArtifactFormat.HashKey)));
        return origin;

        void Add(string name, string member)
        {
            if (manifest.TryGetProperty(member, out JsonElement value))
                origin.Add((name, value.ToString()));
        }
    }

    private static LayerWeights LayerOf(JsonElement layer, Dictionary<string, StoredTensor> tensors)
    {
        string name = layer.GetProperty("name").GetString() ?? "", what = $"layer '{name}'";
        int bits = layer.GetProperty("bits").GetInt32(), axis = layer.GetProperty("channelAxis").GetInt32();
        int[] shape = [.. layer.GetProperty("shape").EnumerateArray().Select(static s => s.GetInt32())];
        if (bits is < 2 or > 8)
            throw new InvalidFileException($"{what} has {bits} bits; expected 2 to 8.");
        if (axis < 0 || axis >= shape.Length)
            throw new InvalidFileException($"{what} has channel axis {axis}; expected a dimension of its weights.");
        int count = ValueInfo.CountOf(shape);
        byte[] packed = Take(tensors, ArtifactFormat.Levels(name), ElementType.Byte).Bytes, levels = new byte[count];
        if (packed.Length != BitPacking.PackedLength(count, bits))
            throw new InvalidFileException($"{what} does not fit its {packed.Length} bytes of packed weights.");
        BitPacking.Unpack(packed, bits, levels);
        if (!BitPacking.PaddingIsClear(packed, count, bits))
            throw new InvalidFileException($"the unused bits after the weights of {what} are not 0: it is corrupted.");
        float[] scales = tensors.TryGetValue(ArtifactFormat.Exponent(name), out StoredTensor? exponents)
            ? exponents.ToScales()
            : Take(tensors, ArtifactFormat.Scale(name), ElementType.Float32).ToFloats();
        byte[] zeroPoints = Take(tensors, ArtifactFormat.ZeroPoint(name), ElementType.Byte).Bytes;
        if (scales.Length != shape[axis] || zeroPoints.Length != shape[axis])
            throw new InvalidFileException($"{what} has not one scale and one zero point for each channel.");
        CheckGrid(scales, zeroPoints, bits, what);
        float[]? bias = layer.GetProperty("hasBias").GetBoolean()
            ? Take(tensors, ArtifactFormat.Bias(name), ElementType.Float32).ToFloats()
            : null;
        if (bias?.All(float.IsFinite) == false)
            throw new InvalidFileException($"the bias of {what} is not finite.");
        return new(name, bits, shape, axis, levels, scales, zeroPoints, bias);
    }

    private static Dictionary<string, ActivationGrid> GridsOf(
        JsonElement activations, Dictionary<string, StoredTensor> tensors)
    {
        float[] scales = tensors.TryGetValue(ArtifactFormat.ActivationExponents, out StoredTensor? exponents)
            ? exponents.ToScales()
            : Take(tensors, ArtifactFormat.ActivationScales, ElementType.Float32).ToFloats();
        byte[] zeroPoints = Take(tensors, ArtifactFormat.ActivationZeroPoints, ElementType.Byte).Bytes;
        var grids = new Dictionary<string, ActivationGrid>(StringComparer.Ordinal);
        int next = 0;
        foreach (JsonElement activation in activations.EnumerateArray())
        {
            string name = activation.GetProperty("name").GetString() ?? "", what = $"activation quantizer '{name}'";
            int bits = activation.GetProperty("bits").GetInt32();
            int? axis = activation.TryGetProperty("channelAxis", out JsonElement own) ? own.GetInt32() : null;
            int count = activation.TryGetProperty("channels", out JsonElement channels) ? channels.GetInt32() : 1;
            if (bits is < 2 or > 8 || axis < 0 || count < 1 || (axis is null && count > 1))
                throw new InvalidFileException($"{what} has odd bits or channels.");
            if (count > scales.Length - next || count > zeroPoints.Length - next)
                throw new InvalidFileException("there are fewer scales than activation quantizers.");
            var grid = new ActivationGrid(
                name, bits, scales[next..(next + count)], zeroPoints[next..(next + count)], axis);
            CheckGrid(grid.Scales, grid.ZeroPoints, bits, what);
            if (!grids.TryAdd(name, grid))
                throw new InvalidFileException($"there are two of {what}.");
            next += count;
        }
        return next == scales.Length && next == zeroPoints.Length
            ? grids
            : throw new InvalidFileException("there are more scales than activation quantizers.");
    }

    private static void CheckGrid(float[] scales, byte[] zeroPoints, int bits, string what)
    {
        if (!scales.All(static s => float.IsFinite(s) && s > 0))
            throw new InvalidFileException($"{what} has a scale that is not a finite number above 0.");
        if (zeroPoints.Any(z => z > (1 << bits) - 1))
            throw new InvalidFileException($"{what} has a zero point above {(1 << bits) - 1}.");
    }

    private static StoredTensor Take(Dictionary<string, StoredTensor> tensors, string name, ElementType type)
    {
        if (!tensors.TryGetValue(name, out StoredTensor? tensor))
            throw new InvalidFileException($"it has no tensor '{name}', which its manifest calls for.");
        return tensor.Type == type
            ? tensor
            : throw new InvalidFileException($"its tensor '{name}' has type {tensor.Type}; expected {type}.");
    }

    private static string Value(Dictionary<string, string> metadata, string key) =>
        metadata.TryGetValue(key, out string? value)
            ? value
            : throw new InvalidFileException($"its metadata have no '{key}': it is corrupted.");

    /// <summary>A tensor as a file has it.</summary>
    private sealed record StoredTensor(string Name, ElementType Type, long[] Shape, byte[] Bytes)
    {
        public float[] ToFloats() => MemoryMarshal.Cast<byte, float>(Bytes).ToArray();

        /// <summary>2^k for each exponent k, int8.</summary>
        public float[] ToScales()
        {
            if (Type != ElementType.Int8)
                throw new InvalidFileException($"its tensor '{Name}' has type {Type}; expected {ElementType.Int8}.");
            return Array.ConvertAll(
                Bytes,
                b => (sbyte)b is >= PowerOfTwo.MinExponent and <= PowerOfTwo.MaxExponent
                    ? PowerOfTwo.Step((sbyte)b)
                    : throw new InvalidFileException($"'{Name}' has an exponent of {(sbyte)b}."));
        }

        public Constant ToConstant()
        {
            int[] shape = Array.ConvertAll(Shape, static s => checked((int)Math.Min(s, int.MaxValue)));
            _ = ValueInfo.CountOf(shape);
            return Type switch
            {
                ElementType.Float32 => new(ValueKind.Float32, shape, Bytes),
                ElementType.Int64 => new(ValueKind.Int64, shape, Bytes),
                ElementType.Bool => new(ValueKind.Bool, shape, Bytes),
                ElementType.Float64 => Floats(MemoryMarshal.Cast<byte, double>(Bytes), static x => (float)x, shape),
                ElementType.Float16 => Floats(MemoryMarshal.Cast<byte, Half>(Bytes), static x => (float)x, shape),
                ElementType.BFloat16 => Floats(
                    MemoryMarshal.Cast<byte, ushort>(Bytes), static x => BitConverter.UInt32BitsToSingle((uint)x << 16),
                    shape),
                ElementType.Int32 => Integers(MemoryMarshal.Cast<byte, int>(Bytes), static x => x, shape),
                ElementType.Int16 => Integers(MemoryMarshal.Cast<byte, short>(Bytes), static x => x, shape),
                ElementType.Int8 => Integers(MemoryMarshal.Cast<byte, sbyte>(Bytes), static x => x, shape),
                _ => Integers<byte>(Bytes, static x => x, shape),
            };
        }

        private static Constant Floats<T>(ReadOnlySpan<T> values, Func<T, float> convert, int[] shape)
        {
            float[] floats = new float[values.Length];
            for (int i = 0; i < floats.Length; i++)
                floats[i] = convert(values[i]);
            return new(ValueKind.Float32, shape, MemoryMarshal.AsBytes<float>(floats).ToArray());
        }

        private static Constant Integers<T>(ReadOnlySpan<T> values, Func<T, long> convert, int[] shape)
        {
            long[] integers = new long[values.Length];
            for (int i = 0; i < integers.Length; i++)
                integers[i] = convert(values[i]);
            return new(ValueKind.Int64, shape, MemoryMarshal.AsBytes<long>(integers).ToArray());
        }
    }
}
