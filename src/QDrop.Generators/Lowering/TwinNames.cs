using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <summary>What the twin calls things of the model that it cannot name as the user does.</summary>
internal sealed class TwinNames
{
    private readonly Dictionary<ISymbol, string> _accessors = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, string> _captured = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<Frame, string> _helpers = [];
    private readonly HashSet<string> _localFunctions;
    private readonly TorchTypes _torch;

    /// <param name="flow">The dataflow.</param>
    /// <param name="twin">Name of the twin.</param>
    /// <param name="taken">Names that the twin's members must not have; theirs are added.</param>
    /// <param name="torch">Tells what modules take and return.</param>
    public TwinNames(ForwardFlow flow, string twin, HashSet<string> taken, TorchTypes torch)
    {
        _torch = torch;
        Taken = taken;
        _localFunctions =
        [
            .. flow
                .Root.Body.Declaration.DescendantTokens()
                .Where(t => t.IsKind(SyntaxKind.IdentifierToken))
                .Select(t => t.ValueText),
        ];
        foreach (ISymbol? member in flow.Inaccessible.OrderBy(m => m.ToDisplayString(), System.StringComparer.Ordinal))
            _accessors.Add(member, Unique($"{member.ContainingType.Name}_{member.Name}", taken));
        foreach (IParameterSymbol? parameter in flow.Captured.OrderBy(p => p.Ordinal))
            _captured.Add(parameter, $"{twin}_{parameter.Name}");
    }

    /// <summary>Names of the twin's members.</summary>
    public HashSet<string> Taken { get; }

    public IEnumerable<KeyValuePair<ISymbol, string>> Accessors => _accessors;

    public IEnumerable<KeyValuePair<ISymbol, string>> Captured => _captured;

    /// <summary>
    /// The twin's method that reads a private member of a base class, or <see langword="null"/> where the member can be
    /// named.
    /// </summary>
    public string? AccessorOf(ISymbol member) =>
        _accessors.TryGetValue(member, out string? name) || _accessors.TryGetValue(member.OriginalDefinition, out name)
            ? name
            : null;

    /// <summary>The model's property that reads a parameter of its primary constructor.</summary>
    public string CaptureOf(IParameterSymbol parameter) => _captured[parameter];

    /// <summary>The name of a helper's copy.</summary>
    public string HelperOf(Frame frame)
    {
        if (!_helpers.TryGetValue(frame, out string? name))
            _helpers.Add(frame, name = UniqueLocal(frame.Body.Name));
        return name;
    }

    /// <inheritdoc cref="TorchTypes.TakesMasks"/>
    public bool TakesMasks(ITypeSymbol module) => _torch.TakesMasks(module);

    /// <inheritdoc cref="TorchTypes.SignatureOf"/>
    public IReadOnlyList<ITypeSymbol> SignatureOf(ITypeSymbol module) => _torch.SignatureOf(module);

    /// <summary>Gives a copy of a helper method its name.</summary>
    public void NameHelper(Frame frame, string name) => _helpers[frame] = name;

    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    public static string Unique(string name, ISet<string> taken)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++)
            unique = $"{name}_{i}";
        return unique;
    }

    /// <summary>The first copy of a local function keeps its name, which no local around it has.</summary>
    private string UniqueLocal(string name)
    {
        if (_helpers.ContainsValue(name))
            return Unique(name, _localFunctions);
        // It may be a local function of a helper.
        _localFunctions.Add(name);
        return name;
    }
}
