using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Lowering;

/// <summary>
/// One call of a method whose body is followed: <c>forward</c> itself, or a helper at one place where it is called. The
/// twin has a copy of the body for each, so that each has its own activation quantizers.
/// </summary>
internal sealed class Frame(Placed? call, MethodBody body, Frame? outer)
{
    /// <summary>The place of the call, in the frame of the caller; none for <c>forward</c>.</summary>
    public Placed? Call { get; } = call;

    public MethodBody Body { get; } = body;

    /// <summary>For a local function, the frame of the method around it.</summary>
    public Frame? Outer { get; } = outer;

    public Frame? Caller => Call?.Frame;

    public int Depth { get; } = call is { Frame: var caller } ? caller.Depth + 1 : 0;

    /// <summary>The object whose members the body names by <c>this</c>, where it is another than the model.</summary>
    public Placed? Self { get; init; }

    /// <summary>
    /// Whether that object is known only while <c>forward</c> runs, as an element of a list is: the twin's copy of the
    /// body is given it.
    /// </summary>
    public bool IsGiven { get; init; }

    /// <summary>The parameter of the twin's copy that it is given that object by.</summary>
    public string GivenName
    {
        get
        {
            var taken = new HashSet<string>(
                Scopes.Last().Body.Declaration.DescendantTokens().Select(static t => t.ValueText));
            return TwinNames.Unique("self", taken);
        }
    }

    /// <summary>The class of that object, where its place is declared as a base class.</summary>
    public INamedTypeSymbol? SelfCast { get; init; }

    /// <summary>What the parameters stand for, in the frame of the caller.</summary>
    public Dictionary<ISymbol, IOperation> Arguments { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>What the type parameters stand for.</summary>
    public TypeSubstitution Types { get; init; } = TypeSubstitution.Nothing;

    /// <summary>Frames of the helpers that are called from here, in the order in which they were met.</summary>
    public List<Frame> Callees { get; } = [];

    /// <summary>
    /// Local functions of this body that work on tensors, and lambdas in its locals, called or not.
    /// </summary>
    public HashSet<ISymbol> Functions { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>Frames of the local functions that this body declares.</summary>
    public List<Frame> Declared { get; } = [];

    /// <summary>What becomes of places of the body.</summary>
    public Dictionary<SyntaxNode, Lowered> Places { get; } = [];

    /// <summary>In-place operations that stand alone as a statement on a local: <c>x.relu_();</c>.</summary>
    public HashSet<SyntaxNode> InPlaceStatements { get; } = [];

    /// <summary>
    /// What the twin does not dispose, since a chain goes on with it: statements <c>x.Dispose();</c> and the
    /// declarators of <c>using</c>.
    /// </summary>
    public HashSet<SyntaxNode> Kept { get; } = [];

    /// <summary>Conditions that are known in inference, each with the branch that then runs, if any.</summary>
    public Dictionary<SyntaxNode, SyntaxNode?> Folded { get; } = [];

    /// <summary>Bodies of loops in which another loop reaches places.</summary>
    public HashSet<SyntaxNode> OuterLoops { get; } = [];

    /// <summary>Statements that were walked.</summary>
    public HashSet<SyntaxNode> Reached { get; } = [];

    /// <summary>Statements before which another one ended the walk.</summary>
    public HashSet<SyntaxNode> Passed { get; } = [];

    /// <summary>The values that the body may return.</summary>
    public ImmutableHashSet<TensorValue> Returned { get; set; } = [];

    /// <summary>What holds where it returns.</summary>
    public FlowState? Exit { get; set; }

    /// <summary>This frame and those that it is called from.</summary>
    public IEnumerable<Frame> Stack
    {
        get
        {
            for (Frame? frame = this; frame is not null; frame = frame.Caller)
                yield return frame;
        }
    }

    /// <summary>This frame and, in a local function, those of the methods around it.</summary>
    public IEnumerable<Frame> Scopes
    {
        get
        {
            for (Frame? frame = this; frame is not null; frame = frame.Outer)
                yield return frame;
        }
    }

    /// <summary>The frame whose body declares a local function, seen from here.</summary>
    public Frame? DeclarerOf(IMethodSymbol localFunction) =>
        Scopes.FirstOrDefault(f =>
            SymbolEqualityComparer.Default.Equals(f.Body.Method, localFunction.ContainingSymbol));
}
