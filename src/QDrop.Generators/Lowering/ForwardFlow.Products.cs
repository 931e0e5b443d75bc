using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;

namespace QDrop.Generators.Lowering;

/// <content>Products with weights that the model's code has itself, and what is added to them.</content>
internal sealed partial class ForwardFlow
{
    /// <summary>Operations that multiply and add up: what goes into them is quantized before.</summary>
    private static readonly HashSet<string> Products =
    [
        "matmul", "mm", "bmm", "baddbmm", "einsum", "linear", "conv1d", "conv2d", "conv3d",
        "scaled_dot_product_attention",
    ];

    /// <summary>A tensor that goes into an operation.</summary>
    private readonly record struct Operand(
        IOperation Place, ImmutableHashSet<TensorValue> Values, CallArgument Argument, string? Parameter)
    {
        public bool IsOfModel => Values.Any(v => v.IsOfModel);

        public bool IsReported => Values.Any(v => v.IsReported);
    }

    /// <summary>
    /// The product as a layer, where one operand is a parameter of the model or a view of one, and everything else but
    /// the other is known without running the model; <see langword="null"/> where it is none.
    /// </summary>
    private ProductCall? ProductOf(Op op, IReadOnlyList<CallArgument> arguments, IReadOnlyList<Operand> operands)
    {
        Operand? bias = null;
        var factors = new List<Operand>();
        foreach (Operand operand in operands)
        {
            if (operand.Parameter == "bias")
                bias = operand.Values.All(v => v.Origin == Origin.Null) ? null : operand;
            else
                factors.Add(operand);
        }
        if (factors.Count != 2 || factors[0].IsOfModel == factors[1].IsOfModel
            || AxesOf(op, arguments, factors) is not { } axes)
        {
            return null;
        }
        (Operand weight, Operand data) = factors[0].IsOfModel ? (factors[0], factors[1]) : (factors[1], factors[0]);
        bool isKnown = arguments.All(a => a == data.Argument || a == weight.Argument || a == bias?.Argument
            || IsOfModelOnly(a.Value));
        if (!isKnown || !IsTensor(data.Place.Type) || ViewOf(weight.Values) is not { } view
            || (bias is { } added && !IsParameter(added.Values)))
        {
            return null;
        }
        return new ProductCall(
            data.Place, weight.Place, view, bias?.Place, bias?.Values.First(), axes.Weight, axes.Output)
        {
            TakesBias = op.Parameters.Any(p => p.Name == "bias"),
        };
    }

    /// <summary>The sum, where it adds a parameter of the model.</summary>
    private SumCall? SumOf(Op op, IReadOnlyList<CallArgument> arguments, IReadOnlyList<Operand> operands)
    {
        if (op.Name is not ("add" or "add_") || operands.Count != 2 || arguments.Count != 2)
            return null;
        return (IsParameter(operands[0].Values), IsParameter(operands[1].Values)) switch
        {
            (false, true) => new SumCall(operands[0].Place, operands[1].Place, operands[1].Values.First()),
            (true, false) when op.Name == "add" =>
                new SumCall(operands[1].Place, operands[0].Place, operands[0].Values.First()),
            _ => null,
        };
    }

    /// <summary>
    /// Where the channels of the output are in the weight's view and in the output; <see langword="null"/> where that
    /// cannot be told.
    /// </summary>
    private static (int Weight, int Output)? AxesOf(
        Op op, IReadOnlyList<CallArgument> arguments, IReadOnlyList<Operand> factors)
    {
        bool isFirst = factors[0].IsOfModel;
        return op.Name switch
        {
            "matmul" or "mm" => isFirst ? (-2, -2) : (-1, -1),
            "linear" when !isFirst => (0, -1),
            "conv1d" or "conv2d" or "conv3d" when !isFirst => (0, 1),
            "einsum" when arguments[0].Value.ConstantValue is { HasValue: true, Value: string equation } =>
                AxesOf(equation, isFirst),
            _ => null,
        };
    }

    /// <summary>The first letter that the weight and the output have, and the other operand has not.</summary>
    private static (int Weight, int Output)? AxesOf(string equation, bool isFirst)
    {
        string[] sides = equation.Replace(" ", "").Split(["->"], StringSplitOptions.None);
        string[] factors = sides[0].Split(',');
        bool isPlain = sides.SelectMany(s => s).All(c => c == ',' || char.IsLetter(c));
        if (sides.Length != 2 || factors.Length != 2 || !isPlain)
            return null;
        (string weight, string data) = isFirst ? (factors[0], factors[1]) : (factors[1], factors[0]);
        return weight.Where(c => sides[1].Contains(c) && !data.Contains(c))
            .Select(c => ((int, int)?)(weight.IndexOf(c), sides[1].IndexOf(c))).FirstOrDefault();
    }

    /// <summary>
    /// The value, where it is certain to be a parameter of the model or a view of one;
    /// <see langword="null"/> otherwise.
    /// </summary>
    private TensorValue? ViewOf(ImmutableHashSet<TensorValue> values)
    {
        if (values.Count != 1)
            return null;
        TensorValue value = values.First();
        for (TensorValue? at = value; at is not null; at = at.Input?.Source)
        {
            if (IsParameter([at]))
                return value;
            if (at.Op is not { Op.Kind: OpKind.PassThrough, IsInPlace: false, IsRepeatable: true, GivesMany: false })
                return null;
        }
        return null;
    }

    /// <summary>Whether values are certain to be a parameter in a member that forward does not set.</summary>
    private bool IsParameter(ImmutableHashSet<TensorValue> values) =>
        values.Count == 1
        && values.First() is { Origin: Origin.External, Operation: IMemberReferenceOperation member, Frame: var frame }
        && !(frame.IsGiven && IsOwnObject(member.Instance))
        && member is IFieldReferenceOperation or IPropertyReferenceOperation { Arguments.Length: 0 }
        && member.Type is { Name: "Parameter" } type && LayerTable.IsTorchSharp(type)
        && !WrittenMembers().Contains(member.Member.OriginalDefinition);
}
