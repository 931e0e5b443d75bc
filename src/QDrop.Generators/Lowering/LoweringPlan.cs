using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <summary>What becomes of one place of the code.</summary>
internal abstract record Lowered
{
    /// <summary>A call of a chain, or of the chain of a module that is known at run time only.</summary>
    public sealed record Head(Chain Chain, TensorValue Value) : Lowered;

    /// <summary>A later step of a chain: it becomes its own argument.</summary>
    public sealed record Member(TensorValue Value) : Lowered;

    /// <summary>A call of the vocabulary, handed to a chain where <paramref name="Chain"/> is given.</summary>
    public sealed record Vocabulary(TensorValue Value, Chain? Chain) : Lowered;

    /// <summary>A call of a helper: the twin has a copy of it.</summary>
    public sealed record Helper(Frame Frame) : Lowered;
}

/// <summary>A run of unary steps, each used once.</summary>
internal sealed class Chain(TensorValue head, IReadOnlyList<TensorValue> steps, string feeds)
{
    /// <summary>The first step, or for <see cref="IsComputed"/> the value that the chain is handed.</summary>
    public TensorValue Head { get; } = head;

    public IReadOnlyList<TensorValue> Steps { get; } = steps;

    /// <summary>A member of <c>QDrop.CompilerServices.Feeds</c>.</summary>
    public string Feeds { get; } = feeds;

    /// <summary>Name of the place, unique in the class.</summary>
    public string Name { get; set; } = "";

    public string Field { get; set; } = "";

    /// <summary>
    /// Whether the head is computed in place: a join, or an activation function whose arguments are known at run time
    /// only.
    /// </summary>
    public bool IsComputed => Within is not null || IsDirect
        || (Head.Op is not null && (Steps.Count == 0 || Steps[0] != Head));

    /// <summary>Whether the head is a call that stays as the user wrote it.</summary>
    public bool IsDirect => Head.Layer is { IsDirect: true };

    /// <summary>What computes the value that the chain is handed, where <see cref="IsComputed"/>.</summary>
    public string? Computed => !IsComputed ? null
        : IsDirect ? $"{Head.Layer!.Name}, float"
        : Within ?? Head.Op!.Op.Name;

    /// <summary>
    /// Name of a value that an operation computes within, where the chain is that value's: the quantizer of attention's
    /// weights.
    /// </summary>
    public string? Within { get; init; }

    /// <summary>Whether it is no chain, but the call of a module with several tensors in or out.</summary>
    public bool IsCall => Head.Origin == Origin.Call && !IsDirect;

    /// <summary>Whether a loop may reach it several times in one call.</summary>
    public bool IsInLoop => Head.Loops.Count > 0;

    /// <summary>Whether the head is a module that is known at run time only.</summary>
    public bool IsDynamic => Head.Layer is { IsFixed: false, IsDirect: false };
}

/// <summary>Which places of a <c>forward</c>, and of the helpers it calls, become what.</summary>
internal sealed class LoweringPlan
{
    private readonly List<Chain> _chains = [];

    public IReadOnlyList<Chain> Chains => _chains;

    /// <summary>Writes into each frame of the dataflow what becomes of its places.</summary>
    /// <param name="flow">The dataflow.</param>
    /// <param name="taken">Names that the twin's fields must not have; theirs are added.</param>
    /// <param name="keepsShape">Tells whether a step's result has the shape of its input.</param>
    public static LoweringPlan Make(ForwardFlow flow, HashSet<string> taken, Func<TensorValue, bool> keepsShape)
    {
        var plan = new LoweringPlan();
        Dictionary<TensorValue, TensorValue> next = Link(flow, keepsShape);
        var linked = new HashSet<TensorValue>(next.Values);
        foreach (Use use in next.Keys.SelectMany(before => before.Uses).Where(u => u.Kind == UseKind.Dispose))
            use.Frame.Kept.Add(DisposalOf(use)!);
        foreach (TensorValue? value in flow.Values.Where(v =>
                v.Origin is Origin.Layer or Origin.Call or Origin.Operation
                && v.Kind != OpKind.Neutral
                && !linked.Contains(v)))
        {
            var run = new List<TensorValue> { value };
            while (next.TryGetValue(run[run.Count - 1], out TensorValue? following))
                run.Add(following);
            plan.Add(run);
        }
        foreach (TensorValue? value in flow.Values.Where(v => v.Op?.Op.Within is not null))
        {
            var chain = new Chain(value, [], "Next") { Within = value.Op!.Op.Within };
            plan._chains.Add(chain);
            value.Op.Within = chain;
        }
        plan.Name(taken);
        foreach (Chain chain in plan._chains)
        {
            foreach (Placed around in chain.Head.Loops.Take(chain.Head.Loops.Count - 1))
                around.Frame.OuterLoops.Add(around.Operation.Syntax);
        }
        PlaceHelpers(flow.Root);
        return plan;
    }

    /// <summary>
    /// The steps that can be fused with the value before them, by that value. In the twin its name stands for the
    /// chain's last value: from where its shape is asked for, only steps follow that keep it.
    /// </summary>
    private static Dictionary<TensorValue, TensorValue> Link(ForwardFlow flow, Func<TensorValue, bool> keepsShape)
    {
        var next = new Dictionary<TensorValue, TensorValue>();
        var asked = new HashSet<TensorValue>();
        foreach (TensorValue step in flow.Values)
        {
            if (LinkedBefore(step) is not { } before)
                continue;
            bool isAsked = asked.Contains(before) || before.Uses.Any(u => u.Kind == UseKind.Ask);
            if (isAsked && !keepsShape(step))
                continue;
            next.Add(before, step);
            if (isAsked)
                asked.Add(step);
        }
        return next;
    }

    /// <summary>
    /// The value before a step, if the two can be fused: it is the only one that arrives, nothing else computes with
    /// it, and both are computed equally often, one after the other.
    /// </summary>
    private static TensorValue? LinkedBefore(TensorValue step) =>
        IsStep(step) && step.Layer is not { IsConditional: true }
        && step.Input?.Source is { } before
        && before.Uses.All(u => u == step.Input || u.Kind == UseKind.Ask
            || (u is { Kind: UseKind.Dispose, Source: not null } && DisposalOf(u) is not null))
        && before.Region == step.Region && before.Order < step.Order
        && (before.Origin == Origin.Layer || IsStep(before) || IsComputedHead(before))
            ? before
            : null;

    /// <summary>
    /// What the twin can leave out so that a value is not disposed: a statement, or the <c>using</c> of a declarator.
    /// </summary>
    private static SyntaxNode? DisposalOf(Use use)
    {
        SyntaxNode place = use.Place.Syntax;
        return place is VariableDeclaratorSyntax ? place
            : place.Parent is MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call }
                ? call.Parent as ExpressionStatementSyntax
            : null;
    }

    private static bool IsStep(TensorValue value) =>
        (value.Origin == Origin.Layer && value.Layer is { IsFixed: true })
        || value.Product is not null
        || value.AddsBias
        || (value.Op is { IsRepeatable: true, GivesMany: false }
            && value.Kind is OpKind.Activation or OpKind.PassThrough);

    private static bool IsComputedHead(TensorValue value) =>
        value.IsJoin || (value.Kind == OpKind.Activation && value.Op is { IsRepeatable: false })
        || value.Layer is { IsDirect: true };

    private static bool IsPassThrough(TensorValue value) => value.Kind == OpKind.PassThrough;

    private void Add(List<TensorValue> run)
    {
        string feeds = FeedsOf(run[run.Count - 1]);
        if (IsComputedHead(run[0]))
        {
            var steps = run.Skip(1).ToList();
            if (feeds == "Join" && run[0].IsJoin && steps.All(IsPassThrough))
            {
                run.ForEach(v => Place(v, new Lowered.Vocabulary(v, null)));
                return;
            }
            var chain = new Chain(run[0], steps, feeds);
            _chains.Add(chain);
            Place(run[0], new Lowered.Vocabulary(run[0], chain));
            steps.ForEach(v => Place(v, new Lowered.Member(v)));
            return;
        }

        // Functions that pass the grid through need no chain of their own: it begins with what computes.
        var leading = run.TakeWhile(IsPassThrough).ToList();
        leading.ForEach(v => Place(v, new Lowered.Vocabulary(v, null)));
        var rest = run.Skip(leading.Count).ToList();
        if (rest.Count == 0)
            return;
        var begun = new Chain(rest[0], rest, feeds);
        _chains.Add(begun);
        Place(rest[0], new Lowered.Head(begun, rest[0]));
        rest.Skip(1).ToList().ForEach(v => Place(v, new Lowered.Member(v)));
    }

    private static void Place(TensorValue value, Lowered lowered) =>
        value.Frame.Places[value.Operation.Syntax] = lowered;

    private static void PlaceHelpers(Frame frame)
    {
        foreach (Frame callee in frame.Callees)
        {
            frame.Places[callee.Call!.Value.Operation.Syntax] = new Lowered.Helper(callee);
            PlaceHelpers(callee);
        }
    }

    private static string FeedsOf(TensorValue tail)
    {
        var kinds = new HashSet<UseKind>();
        var seen = new HashSet<TensorValue>();
        Follow(tail);
        kinds.ExceptWith([UseKind.Beside, UseKind.Ask, UseKind.Dispose]);
        return kinds.Count == 1 && kinds.Contains(UseKind.Join) ? "Join"
            : kinds.Count == 1 && kinds.Contains(UseKind.Result) ? "Result"
            : "Next";

        void Follow(TensorValue value)
        {
            if (!seen.Add(value))
                return;
            foreach (Use use in value.Uses)
            {
                if (use is { Kind: UseKind.Through, Consumer: { } consumer })
                    Follow(consumer);
                else
                    kinds.Add(use.Kind);
            }
        }
    }

    private void Name(HashSet<string> fields)
    {
        var names = new HashSet<string>();
        foreach (Chain? chain in _chains.OrderBy(c => c.Head.Order))
        {
            string name = chain.Within ?? chain.Head.Layer?.Name ?? chain.Head.Op!.Op.Name.TrimEnd('_');
            chain.Name = Unique(name, names);
            chain.Field = Unique("_" + new string([.. name.Where(SyntaxFacts.IsIdentifierPartCharacter)]), fields);
        }

        static string Unique(string name, HashSet<string> taken)
        {
            string unique = name;
            for (int i = 2; !taken.Add(unique); i++)
                unique = $"{name}_{i}";
            return unique;
        }
    }
}
