using System.Text.Json;
using CsCheck;
using QDrop.Calibration;
using QDrop.Safetensors;
using QDrop.Tests.Artifacts.PyTorch;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Artifacts;

/// <summary>
/// Files with random names of each tensor, shapes of one element, types of counters, omissions and misspellings: all of
/// it is loaded with the right values, or nothing is and the message says what is wrong.
/// </summary>
public sealed class WeightPropertyTests : IDisposable
{
    private const int Cases = 600;

    /// <summary>The tensors of <see cref="TiedNet"/> by their names; a number has none or more dimensions.</summary>
    private static readonly (string[] Names, long[] Shape)[] Tensors =
    [
        (["emb.weight", "head.weight"], [5, 3]),
        (["first.weight", "second.weight"], [3, 3]),
        (["first.bias", "second.bias"], [3]),
        (["norm.weight"], [1]),
        (["norm.bias"], [1]),
        (["norm.running_mean"], [1]),
        (["norm.running_var"], [1]),
        ([Counter], []),
        (["gain"], []),
    ];

    private const string Counter = "norm.num_batches_tracked";

    private static readonly Gen<Entry> Entries = Gen.Select(
        Gen.Frequency((12, Gen.Const(true)), (3, Gen.Const(false))),
        Gen.Frequency((40, Gen.Const(true)), (1, Gen.Const(false))),
        Gen.Int[0, 3],
        Gen.Frequency((30, Gen.Const(false)), (1, Gen.Const(true))),
        Pick(ScalarType.Float32, ScalarType.Float64),
        Pick(ScalarType.Int64, ScalarType.Int32, ScalarType.Float32),
        static (isThere, isSpelled, dimensions, isOther, type, counter) =>
            new Entry(isThere, isSpelled, dimensions, isOther, type, counter));

    private static readonly Gen<(Entry[] Entries, string Prefix, string Format, bool[] Shards)> Files = Gen.Select(
        Entries.Array[Tensors.Sum(static t => t.Names.Length)],
        Pick("", "", "module.", "_orig_mod."),
        Pick(".safetensors", ".index.json", ".pth", ".dat"),
        Gen.Bool.Array[Tensors.Sum(static t => t.Names.Length)]);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_is_loaded_or_nothing_and_the_message_says_why()
    {
        int loaded = 0;
        foreach ((int i, (Entry[] entries, string prefix, string format, bool[] shards)) in
            RandomCases.Of(Files, Cases, seed: 15).Index())
        {
            using DisposeScope scope = NewDisposeScope();
            string what = $"case {i}, {format}, prefix '{prefix}': {string.Join("; ", entries.AsEnumerable())}";
            List<(string Name, Tensor Value)> file = [];
            var expected = new Dictionary<string, float>(StringComparer.Ordinal);
            List<string> wrong = [];
            int next = 0, value = 1;
            foreach ((string[] names, long[] shape) in Tensors)
            {
                List<(string Name, float Value)> found = [];
                foreach (string name in names)
                {
                    Entry entry = entries[next++];
                    float own = value + (entry.IsOther && names.Length > 1 ? 0.5f : 0);
                    if (!entry.IsThere)
                        continue;
                    string written = entry.IsSpelled ? name : name + "_";
                    file.Add((prefix + written, entry.Make(name == Counter, shape, own)));
                    if (entry.IsSpelled)
                        found.Add((name, own));
                    else
                        wrong.Add($"'{written}'");
                }
                if (found.Count == 0 && names[0] != Counter)
                    wrong.Add($"'{names[0]}'");
                if (found.Select(static f => f.Value).Distinct().Count() > 1)
                    wrong.Add($"'{found[0].Name}' and '{found[1].Name}' are one tensor");
                foreach (string name in found.Count > 0 ? names : [])
                    expected[name] = found[0].Value;
                value++;
            }
            using var model = new TiedNet();
            string before = Contents(model);
            string path = Write(file, format, shards);
            if (wrong.Count == 0)
            {
                WeightFile.LoadInto(model, path);
                Dictionary<string, Tensor> state = model.state_dict();
                foreach ((string name, float number) in expected)
                    Assert.True(state[name].eq(number).all().ToBoolean(), $"{what}: {name}");
                loaded++;
            }
            else
            {
                QDropException error = Assert.Throws<QDropException>(() => WeightFile.LoadInto(model, path));
                Assert.True(error.Code == "QDROP211", what + error);
                Assert.True(wrong.Any(w => error.Message.Contains(w, StringComparison.Ordinal)), what + error);
                Assert.Equal(before, Contents(model));
            }
        }
        // Both ends of the property have been seen.
        Assert.InRange(loaded, Cases / 10, Cases * 9 / 10);
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Contents(nn.Module model) => TensorHash.Of(model.state_dict());

    private string Write(List<(string Name, Tensor Value)> file, string format, bool[] shards)
    {
        var tensors = file.ToDictionary(static t => t.Name, static t => t.Value);
        string path = _folder["a" + format];
        switch (format)
        {
            case ".index.json":
                string[] parts = ["one.safetensors", "two.safetensors"];
                var map = file.Index().ToDictionary(t => t.Item.Name, t => parts[shards[t.Index] ? 1 : 0]);
                foreach (string part in parts)
                    SafetensorsFile.Write(
                        _folder[part], tensors.Where(t => map[t.Key] == part).ToDictionary(t => t.Key, t => t.Value));
                File.WriteAllText(path, JsonSerializer.Serialize(new { weight_map = map }));
                break;
            case ".pth":
                File.WriteAllBytes(path, Checkpoint(file));
                break;
            case ".dat":
                using (var holder = new Holder(tensors))
                    holder.save(path);
                break;
            default:
                SafetensorsFile.Write(path, tensors);
                break;
        }
        return path;
    }

    private static byte[] Checkpoint(List<(string Name, Tensor Value)> file)
    {
        byte[] pickle = CheckpointWriter.Pickle(CheckpointWriter.Map([
            .. file.Index().Select(static t => (t.Item.Name, CheckpointWriter.Tensor(
                t.Item.Value.shape,
                t.Item.Value.stride(),
                count: t.Item.Value.numel(),
                key: $"{t.Index}",
                type: t.Item.Value.dtype switch
                {
                    ScalarType.Float64 => "DoubleStorage",
                    ScalarType.Int64 => "LongStorage",
                    ScalarType.Int32 => "IntStorage",
                    _ => "FloatStorage",
                }))),
        ]));
        return CheckpointWriter.Zip(
            System.IO.Compression.CompressionLevel.NoCompression,
            [
                ("a/data.pkl", pickle),
                .. file.Index().Select(static t => ($"a/data/{t.Index}", t.Item.Value.bytes.ToArray())),
            ]);
    }

    /// <summary>How one name of a tensor is in the file.</summary>
    private sealed record Entry(
        bool IsThere, bool IsSpelled, int Dimensions, bool IsOther, ScalarType Type, ScalarType CounterType)
    {
        public Tensor Make(bool isCounter, long[] shape, float value)
        {
            long[] written = shape.Aggregate(1L, static (a, b) => a * b) == 1
                ? [.. Enumerable.Repeat(1L, Dimensions)]
                : shape;
            return full(written, value, dtype: isCounter ? CounterType : Type);
        }
    }

    /// <summary>A module of any tensors, which TorchSharp writes.</summary>
    private sealed class Holder : nn.Module
    {
        private readonly Dictionary<string, Tensor> _tensors;

        public Holder(Dictionary<string, Tensor> tensors) : base(nameof(Holder)) => _tensors = tensors;

        public override Dictionary<string, Tensor> state_dict(
            Dictionary<string, Tensor>? destination = null, string? prefix = null) => _tensors;
    }
}
