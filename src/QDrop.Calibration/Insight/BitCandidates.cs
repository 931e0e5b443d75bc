using QDrop.CompilerServices;
using QDrop.Layers;
using QDrop.Quantizers;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.Calibration.Insight;

/// <summary>A member of the user's on which an attribute can give parts of the model more bits.</summary>
/// <param name="Member">The member.</param>
/// <param name="Bits">The bit width that it gives.</param>
/// <param name="Parts">What it changes.</param>
internal sealed record BitCandidate<T>(ModelMember Member, int Bits, IReadOnlyList<T> Parts);

/// <summary>Finds the members on which an attribute can give parts of a model more bits.</summary>
/// <param name="twin">The model's twin, calibrated.</param>
internal sealed class BitCandidates(IModelTwin twin)
{
    private readonly Dictionary<string, Module> _modules = Modules(twin.Float);

    /// <summary>
    /// The next width of weights that memory and kernels handle well; <see langword="null"/> where there is none.
    /// </summary>
    public static int? RaisedWeights(int bits) => bits < 4 ? 4 : bits < 8 ? 8 : null;

    /// <summary>Two more bits for activations, at most 8; <see langword="null"/> where there are 8.</summary>
    public static int? RaisedActivations(int bits) => bits < 8 ? Math.Min(bits + 2, 8) : null;

    /// <summary>Members for the weights of layers.</summary>
    public IReadOnlyList<BitCandidate<QuantizedLayer>> OfWeights() =>
        Of(twin.Context.Layers, static l => l.Name, static l => l.Weight.Bits, RaisedWeights, twin.Context.Overrides.W);

    /// <summary>Members for activation quantizers.</summary>
    public IReadOnlyList<BitCandidate<ActivationQuantizer>> OfActivations() =>
        Of(
            twin.Context.Activations,
            static a => a.Name,
            static a => a.Bits,
            RaisedActivations,
            twin.Context.Overrides.A);

    private IReadOnlyList<BitCandidate<T>> Of<T>(
        IEnumerable<T> parts, Func<T, string> name, Func<T, int> bits, Func<int, int?> raised, Func<string, int?> said)
    {
        var covered = new List<(ModelMember Member, List<T> Parts)>();
        foreach (T part in parts)
        {
            // Where an attribute says something, only one further in counts for more.
            IEnumerable<ModelMember> members = ModelMember.On(_modules, name(part));
            foreach (ModelMember member in said(name(part)) is null ? members : members.Take(1))
            {
                if (covered.Find(c => c.Member == member).Parts is { } known)
                    known.Add(part);
                else
                    covered.Add((member, [part]));
            }
        }
        return [.. covered
            .Select(c => (c.Member, Bits: raised(c.Parts.Min(bits)), c.Parts))
            // A line that takes bits from one part to give them to others is not what is looked for.
            .Where(c => c.Bits is { } more && c.Parts.All(p => bits(p) <= more))
            .Select(c => new BitCandidate<T>(c.Member, c.Bits!.Value, [.. c.Parts.Where(p => bits(p) != c.Bits)]))
            // The innermost of those that change the same parts.
            .DistinctBy(c => string.Join('\n', c.Parts.Select(name)))];
    }

    private static Dictionary<string, Module> Modules(Module model)
    {
        var modules = model
            .named_modules()
            .GroupBy(static m => m.name)
            .ToDictionary(static g => g.Key, static g => g.First().module);
        modules[""] = model;
        return modules;
    }
}
