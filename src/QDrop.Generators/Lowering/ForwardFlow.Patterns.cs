using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Patterns: on tensors only tests for <see langword="null"/>, and names for what they match.</content>
internal sealed partial class ForwardFlow
{
    /// <summary>Matches what an expression evaluates to.</summary>
    private void Match(IOperation tested, ImmutableHashSet<TensorValue> values, IPatternOperation pattern)
    {
        if (Of(tested.Type) == Tensorness.None)
        {
            NoTensor(pattern);
            return;
        }
        Use(UseKind.Ask, tested, null, values);
        Match(values, pattern);
    }

    private void Match(ImmutableHashSet<TensorValue> values, IPatternOperation pattern)
    {
        switch (pattern)
        {
            case IDiscardPatternOperation or ITypePatternOperation:
            case IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: null } }:
                break;
            case INegatedPatternOperation negated:
                Match(values, negated.Pattern);
                break;
            case IBinaryPatternOperation binary:
                Match(values, binary.LeftPattern);
                Match(values, binary.RightPattern);
                break;
            case IDeclarationPatternOperation declaration:
                Bind(values, declaration.DeclaredSymbol, declaration.MatchesNull);
                break;
            case IRecursivePatternOperation { PropertySubpatterns.Length: 0 } recursive:
                Bind(values, recursive.DeclaredSymbol, matchesNull: false);
                if (recursive.DeconstructionSubpatterns.Length > 0 && Of(recursive.InputType) != Tensorness.Tuple)
                    CannotAnalyse(recursive, "a pattern that takes tensors apart; only tuples can be taken apart");
                for (int i = 0; i < recursive.DeconstructionSubpatterns.Length; i++)
                    MatchItem(ContentsOf(values, i), recursive.DeconstructionSubpatterns[i]);
                break;
            default:
                CannotAnalyse(pattern, "a pattern on a tensor; only tests for null are supported");
                break;
        }
    }

    private void MatchItem(ImmutableHashSet<TensorValue> values, IPatternOperation pattern)
    {
        if (Of(pattern.InputType) == Tensorness.None)
            NoTensor(pattern);
        else
            Match(values, pattern);
    }

    private void Bind(ImmutableHashSet<TensorValue> values, ISymbol? declared, bool matchesNull)
    {
        if (declared is not null)
            _state = _state!.With(
                declared, matchesNull ? values : values.Where(v => v.Origin != Origin.Null).ToImmutableHashSet());
    }
}
