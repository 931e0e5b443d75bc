using System.Text;
using QDrop;
using QDrop.Artifacts;
using QDrop.Safetensors;
using TorchSharp;
using Zoo.Vision;
using static TorchSharp.torch;

namespace Zoo.Tests;

/// <summary>
/// Artifacts that somebody has changed: they are refused or run, and nothing else, also where the hash is right.
/// </summary>
public sealed class DamagedArtifactTests(Measurements measurements) : IClassFixture<Measurements>
{
    private const int Mutations = 10_000;

    [Fact]
    public void A_byte_that_differs_is_seen()
    {
        using var artifact = new ZooArtifact(measurements, nameof(LeNet));
        byte[] file = File.ReadAllBytes(artifact.Path);
        var random = new Random(3);
        for (int i = 0; i < Mutations / 10; i++)
        {
            byte[] damaged = [.. file];
            int at = random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            Assert.Throws<InvalidFileException>(() => ArtifactContents.Read(new MemoryStream(damaged)));
            Assert.Throws<InvalidFileException>(() => ArtifactContents.Read(new MemoryStream(file[..at])));
        }
    }

    [Fact]
    public void What_was_changed_on_purpose_is_refused_or_runs()
    {
        using var artifact = new ZooArtifact(measurements, nameof(LeNet));
        using DisposeScope scope = NewDisposeScope();
        (Dictionary<string, Tensor> stored, Dictionary<string, string> metadata) = SafetensorsFile.Read(artifact.Path);
        string manifest = metadata[ArtifactFormat.ManifestKey];
        var random = new Random(5);
        (int refused, int ran) = (0, 0);
        for (int i = 0; i < Mutations; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            var tensors = stored.ToDictionary();
            string changed = manifest;
            if (random.Next(3) == 0)
                Change(tensors, random);
            else
                changed = Changed(manifest, random);
            SafetensorsFile.Write(artifact.Path, tensors, new Dictionary<string, string>(metadata)
            {
                [ArtifactFormat.ManifestKey] = changed,
                [ArtifactFormat.HashKey] = TensorHash.Of(tensors, changed),
            });
            try
            {
                using var program = QuantizedProgram.Load(artifact.Path);
                ProgramCall call = program.CreateCall();
                foreach (ProgramTensor input in program.Inputs)
                    call.SetInput(input.Name, new float[28 * 28], 1, 1, 28, 28);
                call.Run();
                ran++;
            }
            catch (Exception e) when (e is QDropException or ArgumentException)
            {
                refused++;
            }
        }
        Assert.Equal(Mutations, refused + ran);
        Assert.InRange(refused, Mutations / 4, Mutations - (Mutations / 20));
    }

    private static void Change(Dictionary<string, Tensor> tensors, Random random)
    {
        string[] names = [.. tensors.Keys.Order(StringComparer.Ordinal)];
        string name = names[random.Next(names.Length)], other = names[random.Next(names.Length)];
        Tensor tensor = tensors[name];
        switch (random.Next(5))
        {
            case 0:
                tensors.Remove(name);
                break;
            case 1:
                (tensors[name], tensors[other]) = (tensors[other], tensor);
                break;
            case 2:
                tensors[name] = tensor.reshape(1, -1);
                break;
            case 3:
                tensors[name] = tensor.numel() == 0 ? tensor : tensor.flatten()[TensorIndex.Slice(0, -1)].clone();
                break;
            default:
                Tensor copy = tensor.clone();
                Span<byte> bytes = copy.bytes;
                if (bytes.Length > 0)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                tensors[name] = copy;
                break;
        }
    }

    private static string Changed(string text, Random random)
    {
        var changed = new StringBuilder(text);
        int at = random.Next(text.Length), length = Math.Min(random.Next(1, 12), text.Length - at);
        switch (random.Next(4))
        {
            case 0:
                changed.Remove(at, length);
                break;
            case 1:
                changed.Insert(at, text.AsSpan(random.Next(text.Length - length), length));
                break;
            default:
                // Numbers are what sizes, operands and bit widths are.
                while (at < text.Length - 1 && !char.IsAsciiDigit(text[at]))
                    at++;
                changed[at] = (char)('0' + random.Next(10));
                if (random.Next(4) == 0)
                    changed.Insert(at, random.Next(2) == 0 ? "-" : "99999999");
                break;
        }
        return changed.ToString();
    }
}
