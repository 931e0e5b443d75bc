using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace QDrop.Generators.Mappings;

/// <summary>
/// What a tensor operation means to quantization: the members of <c>QDrop.CompilerServices.OpKind</c>.
/// </summary>
internal enum OpKind
{
    Activation,
    PassThrough,
    Join,
    Neutral,
}

/// <summary>
/// A method of <c>QDrop.CompilerServices.Ops</c>, or for <see cref="OpKind.Neutral"/> nothing but the kind.
/// </summary>
/// <param name="Kind">What the operation means to quantization.</param>
/// <param name="Name">The method's name.</param>
/// <param name="Method">The method.</param>
/// <param name="KeepsTensor">
/// Whether the member leaves its tensor as it is, whatever its name and arguments say.
/// </param>
/// <param name="KeepsShape">Whether the result has the shape of the tensor that it is computed from.</param>
internal sealed record Op(OpKind Kind, string Name, IMethodSymbol? Method, bool KeepsTensor, bool KeepsShape)
{
    /// <summary>
    /// The parameters that stand for those of the TorchSharp member: all but a first one that takes the chain of a
    /// value computed within.
    /// </summary>
    public IReadOnlyList<IParameterSymbol> Parameters { get; } =
        Method is null ? []
        : TakesChain(Method) ? [.. Method.Parameters.Skip(1)]
        : Method.Parameters;

    /// <summary>
    /// Name of the parameter that takes the chain of a value computed within, or <see langword="null"/>.
    /// </summary>
    public string? Within { get; } = Method is not null && TakesChain(Method) ? Method.Parameters[0].Name : null;

    private static bool TakesChain(IMethodSymbol method) =>
        method.Parameters.Length > 0
        && method.Parameters[0].Type.ToDisplayString() == "QDrop.CompilerServices.TensorChain";
}

/// <summary>An argument as a tensor operation receives it: the receiver of an instance member comes first.</summary>
/// <param name="Type">Type of the parameter that takes it.</param>
/// <param name="Name">Its name, where it is given by name.</param>
/// <param name="IsParams">Whether it is one of several that a <c>params</c> parameter takes.</param>
/// <param name="IsCollection">
/// Whether it is a collection expression, which becomes whatever collection the parameter is.
/// </param>
internal readonly record struct OpArgument(
    ITypeSymbol Type, string? Name = null, bool IsParams = false, bool IsCollection = false);

/// <summary>
/// The vocabulary: which TorchSharp members may appear in a <c>forward</c>, read from the attributes of
/// <c>QDrop.CompilerServices.Ops</c>.
/// </summary>
internal sealed class OpsTable
{
    private const string OpsName = "QDrop.CompilerServices.Ops";
    private const string AttributeName = "LowersAttribute";

    // By the symbol, which the compilations of one project share until its references change.
    private static readonly ConditionalWeakTable<INamedTypeSymbol, Vocabulary> Read = new();

    private readonly Compilation _compilation;
    private readonly TorchTypes _torch;
    private readonly Vocabulary _vocabulary;

    /// <summary>Gets the table of a compilation.</summary>
    public OpsTable(Compilation compilation, TorchTypes torch)
    {
        _compilation = compilation;
        _torch = torch;
        _vocabulary = compilation.GetTypeByMetadataName(OpsName) is { } ops
            ? Read.GetValue(ops, static o => new Vocabulary(o))
            : Vocabulary.None;
    }

    /// <summary>Whether any overload of the member is in the vocabulary.</summary>
    public bool Knows(ISymbol member) => Entries(member).Count > 0;

    /// <summary>The method that stands for a use of a member with these arguments.</summary>
    /// <param name="member">The TorchSharp member.</param>
    /// <param name="arguments">The arguments that the user wrote, receiver first.</param>
    /// <param name="omitted">Parameters that the user left at their defaults.</param>
    public Op? Find(ISymbol member, IReadOnlyList<OpArgument> arguments, IReadOnlyList<IParameterSymbol> omitted)
    {
        List<Op> entries = Entries(member);
        return entries.FirstOrDefault(op => op.Kind == OpKind.Neutral)
            ?? entries.FirstOrDefault(op => Accepts(op.Parameters, arguments, omitted));
    }

    /// <summary>The method that stores a tensor or a number in elements of a tensor.</summary>
    /// <param name="value">Type of what is stored.</param>
    /// <param name="byTensors">Whether tensors say which elements: positions or a mask.</param>
    public Op? FindStore(ITypeSymbol value, bool byTensors) => _torch
        .Tensor.GetMembers("index_put_")
        .OfType<IMethodSymbol>()
        .Where(m => m.Parameters is [_, { IsParams: true, Type: IArrayTypeSymbol { ElementType: var index } }]
            && _torch.IsTensor(index) == byTensors)
        .Select(m => Find(
            m,
            [new(_torch.Tensor), new(value), new(m.Parameters[1].Type, IsParams: true)],
            []))
        .FirstOrDefault(op => op is not null);

    private static string NameOf(ISymbol member) =>
        member is IPropertySymbol { IsIndexer: true } ? "this[]" : member.Name;

    private List<Op> Entries(ISymbol member)
    {
        var found = new List<Op>();
        for (INamedTypeSymbol? type = member.ContainingType; type is not null; type = type.BaseType)
        {
            found.AddRange(_vocabulary.Of(type.OriginalDefinition, NameOf(member)));
        }
        return found;
    }

    /// <summary>
    /// Whether the method can be called with the same argument list: same number of tensors in the same places, every
    /// other argument convertible, names of named arguments the same, defaults of omitted ones the same.
    /// </summary>
    private bool Accepts(
        IReadOnlyList<IParameterSymbol> parameters,
        IReadOnlyList<OpArgument> arguments,
        IReadOnlyList<IParameterSymbol> omitted)
    {
        var taken = new HashSet<IParameterSymbol>(SymbolEqualityComparer.Default);
        for (int i = 0; i < arguments.Count; i++)
        {
            OpArgument argument = arguments[i];
            IParameterSymbol? parameter = argument.Name is { } name
                ? parameters.FirstOrDefault(p => p.Name == name)
                : i < parameters.Count ? parameters[i] : null;
            if (parameter is null || !taken.Add(parameter) || (argument.IsParams && !parameter.IsParams))
                return false;
            if (_torch.Of(parameter.Type) != _torch.Of(argument.Type))
                return false;
            if (_torch.IsTensor(parameter.Type))
                continue;
            if (argument.IsCollection
                && SymbolEqualityComparer.Default.Equals(ElementOf(argument.Type), ElementOf(parameter.Type)))
                continue;
            if (!_compilation.ClassifyConversion(argument.Type, parameter.Type).IsImplicit)
                return false;
        }
        return parameters.All(p => taken.Contains(p) || p.IsParams || (p.IsOptional && SameDefault(p, omitted)));
    }

    private static ITypeSymbol? ElementOf(ITypeSymbol collection) => collection switch
    {
        IArrayTypeSymbol array => array.ElementType,
        INamedTypeSymbol { TypeArguments.Length: 1 } named => named.TypeArguments[0],
        _ => null,
    };

    private static bool SameDefault(IParameterSymbol parameter, IReadOnlyList<IParameterSymbol> omitted)
    {
        IParameterSymbol? original = omitted.FirstOrDefault(p => p.Name == parameter.Name);
        if (original is null || !original.HasExplicitDefaultValue)
            return true;
        return parameter.HasExplicitDefaultValue
            && Number(original.ExplicitDefaultValue) is var a
            && Number(parameter.ExplicitDefaultValue) is var b
            && Equals(a, b);
    }

    /// <summary>
    /// Numbers of different types compare by value: TorchSharp's <c>long dim = -1</c> may be an <c>int</c> elsewhere.
    /// </summary>
    private static object? Number(object? value) =>
        value is sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal
            ? Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)
            : value;

    /// <summary>The operations, by the member that they stand for.</summary>
    private sealed class Vocabulary
    {
        private readonly Dictionary<(ISymbol Type, string Member), List<Op>> _entries = new(new KeyComparer());

        public Vocabulary(INamedTypeSymbol ops)
        {
            Add(ops, null);
            foreach (IMethodSymbol method in ops.GetMembers().OfType<IMethodSymbol>())
                Add(method, method);
        }

        private Vocabulary()
        {
        }

        public static Vocabulary None { get; } = new();

        public IReadOnlyList<Op> Of(ISymbol type, string member) =>
            _entries.TryGetValue((type, member), out List<Op>? entries) ? entries : [];

        private void Add(ISymbol holder, IMethodSymbol? method)
        {
            foreach (AttributeData attribute in holder.GetAttributes())
            {
                if (attribute.AttributeClass?.Name != AttributeName)
                    continue;
                System.Collections.Immutable.ImmutableArray<TypedConstant> arguments = attribute.ConstructorArguments;
                if (arguments.Length != 2
                    || arguments[0].Value is not INamedTypeSymbol type
                    || arguments[1].Value is not string member)
                    continue;
                OpKind kind = attribute.NamedArguments.FirstOrDefault(a => a.Key == "Kind").Value.Value is int value
                    ? (OpKind)value
                    : OpKind.Activation;
                (INamedTypeSymbol OriginalDefinition, string member) key = (type.OriginalDefinition, member);
                if (!_entries.TryGetValue(key, out List<Op>? entries))
                    _entries.Add(key, entries = []);
                bool keepsTensor = attribute.NamedArguments.Any(a => a is { Key: "KeepsTensor", Value.Value: true });
                bool keepsShape = ShapeEffects.Keeps(attribute, kind == OpKind.Activation);
                entries.Add(new Op(kind, method?.Name ?? member, method, keepsTensor, keepsShape));
            }
        }
    }

    private sealed class KeyComparer : IEqualityComparer<(ISymbol Type, string Member)>
    {
        public bool Equals((ISymbol Type, string Member) x, (ISymbol Type, string Member) y) =>
            x.Member == y.Member && SymbolEqualityComparer.Default.Equals(x.Type, y.Type);

        public int GetHashCode((ISymbol Type, string Member) key) =>
            unchecked(
                (SymbolEqualityComparer.Default.GetHashCode(key.Type) * 31)
                + StringComparer.Ordinal.GetHashCode(key.Member)
            );
    }
}
