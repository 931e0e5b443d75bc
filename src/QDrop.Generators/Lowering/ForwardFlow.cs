using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Diagnostics;
using QDrop.Generators.Gathering;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Lowering;

/// <summary>
/// The dataflow of tensors through a <c>forward</c> and the helpers it calls: which values it computes and where each
/// is used. It is an allow-list: what it does not know how to follow, it reports.
/// </summary>
/// <remarks>
/// Statements are walked in the order of execution with the set of values that each local may hold; a helper is walked
/// at each place where it is called. Loops are walked until nothing new arrives. A value stands for a place in the
/// code, so that sets are finite.
/// </remarks>
internal sealed partial class ForwardFlow
{
    private readonly INamedTypeSymbol _model;
    private readonly AnalysisContext _context;
    private readonly Compilation _compilation;
    private readonly TorchTypes _torch;
    private readonly OpsTable _ops;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<Placed, TensorValue> _values = [];
    private readonly Dictionary<Placed, Use> _uses = [];
    private readonly List<DiagnosticInfo> _diagnostics = [];
    private readonly HashSet<(string, LocationInfo)> _reported = [];
    // Locals that something has been said about already.
    private readonly HashSet<ISymbol> _given = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<Placed, int> _regions = [];
    private readonly Stack<Jumps> _jumps = [];
    private FlowState? _state = FlowState.Empty;
    private int _region;
    private IReadOnlyList<Placed> _loops = [];
    private Frame _frame;

    private ForwardFlow(INamedTypeSymbol model, Frame root, AnalysisContext context)
    {
        _model = model;
        Root = _frame = root;
        _context = context;
        _torch = context.Torch;
        _ops = context.Ops;
        _compilation = context.Compilation;
        _cancellation = context.Cancellation;
    }

    /// <summary>The call of <c>forward</c> itself.</summary>
    public Frame Root { get; }

    /// <summary>Every value, in the order of evaluation.</summary>
    public IReadOnlyList<TensorValue> Values { get; private set; } = [];

    public IReadOnlyList<DiagnosticInfo> Diagnostics => _diagnostics;

    /// <summary>
    /// Whether the compiler has errors to report in the code, so that the analysis has nothing to add.
    /// </summary>
    public bool IsBroken { get; private set; }

    /// <param name="model">The module class.</param>
    /// <param name="forward">Its <c>forward</c>, its own or that of a base class.</param>
    /// <param name="body">The body of <paramref name="forward"/>.</param>
    public static ForwardFlow Analyse(
        INamedTypeSymbol model, IMethodSymbol forward, MethodBody body, AnalysisContext context)
    {
        var root = new Frame(null, body, null)
        {
            Types = TypeSubstitution.Of(forward, TypeSubstitution.Nothing, context.Compilation),
        };
        var flow = new ForwardFlow(model, root, context);
        try
        {
            flow.Walk();
        }
        catch (InsufficientExecutionStackException)
        {
            flow._diagnostics.Clear();
            flow.Report(
                Rules.NotAnalysable,
                body.Declaration,
                model.Name,
                "an expression is nested too deeply; use locals for its parts");
        }
        return flow;
    }

    private void Walk()
    {
        foreach (IParameterSymbol? parameter in Root.Body.Method.Parameters.Where(p => Of(p.Type) != Tensorness.None))
        {
            var value = new TensorValue(Origin.Parameter, Root, Root.Body.Statements.FirstOrDefault()!, -1, 0);
            value.Roots.Add(value);
            _state = _state!.With(parameter, [value]);
        }
        WalkBody();
        if (IsBroken)
            _diagnostics.Clear();
        Values = [.. _values.Values.Where(v => v.Order >= 0).OrderBy(v => v.Order)];
        foreach (Use use in _uses.Values)
        {
            foreach (TensorValue source in use.Sources)
                source.Uses.Add(use);
        }
        CheckInPlace();
        if (!IsBroken && _diagnostics.Count == 0
            && !_uses.Values.Any(u => u.Kind == UseKind.Result && u.Sources.Count > 0))
        {
            Report(
                Rules.NotAnalysable,
                Root.Body.Declaration,
                _model.Name,
                "it returns nothing; expected the computation of the model, which another method may have: let forward "
                    + "call it");
        }
    }

    /// <summary>Walks the body of the current frame.</summary>
    private void WalkBody()
    {
        if (_frame.Body.IsBroken)
            IsBroken = true;
        if (IsBroken || !CheckCode(_frame.Body))
            return;
        foreach (ILocalFunctionOperation? function in _frame
                .Body.Operations.OfType<ILocalFunctionOperation>()
                .Where(f => TouchesTensors(f.Symbol)))
            _frame.Functions.Add(function.Symbol);
        foreach (IOperation statement in _frame.Body.Statements)
            Statement(statement);
    }

    private TensorValue Value(Origin origin, IOperation operation)
    {
        var place = new Placed(_frame, operation);
        if (!_values.TryGetValue(place, out TensorValue? value))
        {
            value = new TensorValue(origin, _frame, operation, _values.Count, _region) { Loops = _loops };
            value.Roots.Add(value);
            _values.Add(place, value);
        }
        return value;
    }

    private Use Use(UseKind kind, IOperation place, TensorValue? consumer, ImmutableHashSet<TensorValue> sources)
    {
        var placed = new Placed(_frame, place);
        if (!_uses.TryGetValue(placed, out Use? use))
            _uses.Add(placed, use = new Use(kind, _frame, place, consumer));
        use.Sources.UnionWith(Tensors(sources));
        return use;
    }

    /// <summary>What a type has to do with tensors, in the current frame.</summary>
    private Tensorness Of(ITypeSymbol? type) => type is null ? Tensorness.None : _torch.Of(_frame.Types.Apply(type));

    private bool IsTensor(ITypeSymbol? type) => Of(type) == Tensorness.Tensor;

    private void CannotAnalyse(IOperation place, string reason) =>
        Report(Rules.NotAnalysable, place.Syntax, _model.Name, reason);

    private void Report(DiagnosticDescriptor rule, SyntaxNode place, params string[] arguments)
    {
        var location = LocationInfo.Of(place);
        if (_reported.Add((rule.Id, location)))
            _diagnostics.Add(DiagnosticInfo.Create(rule, location, arguments));
    }

    private void Branches(params Action[] branches)
    {
        FlowState? before = _state;
        FlowState? after = null;
        foreach (Action branch in branches)
        {
            _state = before;
            branch();
            after = FlowState.Merge(after, _state);
        }
        _state = after;
    }

    /// <summary>Walks what may not run.</summary>
    private void Optional(IOperation operation, Action walk) =>
        Branches(() => InRegion(operation, walk), static () => { });

    /// <summary>Walks code that may run another number of times than the code around it.</summary>
    private void InRegion(IOperation start, Action walk)
    {
        int outer = _region;
        var place = new Placed(_frame, start);
        if (!_regions.TryGetValue(place, out _region))
            _regions.Add(place, _region = _regions.Count + 1);
        walk();
        _region = outer;
    }

    /// <summary>Walks code that may run several times where the code around it runs once.</summary>
    private void InLoop(IOperation body, Action walk)
    {
        IReadOnlyList<Placed> outer = _loops;
        _loops = [.. outer, new Placed(_frame, body)];
        InRegion(body, walk);
        _loops = outer;
    }

    private static ISymbol? LocalOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IConversionOperation { OperatorMethod: null } conversion => LocalOf(conversion.Operand),
        IDeclarationExpressionOperation declaration => LocalOf(declaration.Expression),
        _ => null,
    };
}
