using Microsoft.CodeAnalysis;
using QDrop.Generators.Helpers;
using QDrop.Generators.Models;

namespace QDrop.Generators.Lowering;

/// <summary>Writes the copies of helper methods: one for each call, unless two calls need the same.</summary>
internal sealed class HelperWriter(TwinNames names, string self)
{
    private readonly List<MethodInfo> _methods = [];
    private readonly Dictionary<(ISymbol Method, string Code), string> _written = new(new KeyComparer());

    /// <summary>The copies, in the order in which <c>forward</c> meets them.</summary>
    public IReadOnlyList<MethodInfo> Methods => _methods;

    /// <summary>Writes the copies of what is called from a frame.</summary>
    public void WriteCallees(Frame frame)
    {
        foreach (Frame callee in frame.Callees)
        {
            WriteCallees(callee);
            if (callee.Outer is null)
                Write(callee);
        }
    }

    private void Write(Frame frame)
    {
        var rewriter = new BodyRewriter(frame, names, self);
        string parameters = rewriter.Parameters(frame);
        IMethodSymbol method = frame.Body.Method;
        bool isExpression = frame.Body.Block is null && !method.ReturnsVoid;
        IReadOnlyList<string> lines =
            frame.Body.Block is { } block ? rewriter.Statements(block)
            : isExpression ? rewriter.Lines(frame.Body.Expression!)
            : rewriter.Statement(frame.Body.Expression!);
        (ISymbol, string) key = (
            (ISymbol)method, $"{rewriter.TypeName(method.ReturnType)}({parameters})\n{string.Join("\n", lines)}");
        if (_written.TryGetValue(key, out string? known))
        {
            names.NameHelper(frame, known);
            return;
        }
        string name = TwinNames.Unique(NameOf(frame), names.Taken);
        names.NameHelper(frame, name);
        _written.Add(key, name);
        _methods.Add(
            new MethodInfo(
                $"private {rewriter.TypeName(method.ReturnType)} {name}({parameters})",
                isExpression,
                lines.ToEquatableArray()));
    }

    /// <summary>The method's name, or what says that it is a base class's <c>forward</c> or a property.</summary>
    private static string NameOf(Frame frame) => frame.Body.Method switch
    {
        { MethodKind: MethodKind.PropertyGet, AssociatedSymbol: { } property } => property.Name,
        { Name: "forward", ContainingType: { } type } => type.Name + "Forward",
        var method => TwinNames.Escape(method.Name),
    };

    private sealed class KeyComparer : IEqualityComparer<(ISymbol Method, string Code)>
    {
        public bool Equals((ISymbol Method, string Code) x, (ISymbol Method, string Code) y) =>
            x.Code == y.Code && SymbolEqualityComparer.Default.Equals(x.Method, y.Method);

        public int GetHashCode((ISymbol Method, string Code) key) => key.Code.GetHashCode();
    }
}
