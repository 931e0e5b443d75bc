using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QDrop.CompilerServices;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Modules;

/// <summary>The operations of the vocabulary compute what the members that they stand for compute.</summary>
public sealed class OpsTests : IDisposable
{
    /// <summary>
    /// Relative to the greatest value. libtorch computes scaled dot product attention block by block, without the
    /// weights that the twin quantizes between the two products, and so sums in another order. Measured: 1.1e-7.
    /// </summary>
    private const float AttentionTolerance = 1e-6f;

    private readonly DisposeScope _scope = NewDisposeScope();

    public OpsTests() => set_num_threads(1);

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Cases => [.. OperationCases.All.Select(static c => c.ToString())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_computes_what_its_members_compute(string name)
    {
        OperationCase @case = OperationCases.All.Single(c => c.ToString() == name);
        Assert.All(@case.StandsFor(), member => Compare(@case, member, withDefaults: false));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_has_the_defaults_of_its_members(string name)
    {
        OperationCase @case = OperationCases.All.Single(c => c.ToString() == name);
        Assert.All(@case.StandsFor(), member => Compare(@case, member, withDefaults: true));
    }

    [Fact]
    public void Every_operation_has_a_case()
    {
        MethodInfo[] all = typeof(Ops).GetMethods(
            BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);
        Assert.Empty(all.Except(OperationCases.All.Select(static c => c.Operation)).Select(static m => m.ToString()));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_changes_its_tensor_where_the_generator_takes_it_to(string name)
    {
        OperationCase @case = OperationCases.All.Single(c => c.ToString() == name);
        using IDisposable guard = no_grad();
        object?[] before = Arguments(@case), arguments = Arguments(@case);
        @case.Call(@case.Operation, arguments, leftOut: 0);
        bool changes = !@case.Operation.GetCustomAttributes<LowersAttribute>().Any(static a => a.KeepsTensor)
            && (@case.Name.EndsWith('_') || SaysInPlace(@case.Operation, arguments));
        if (before[0] is Tensor tensor)
            Assert.Equal(changes, !Equal(tensor, (Tensor)arguments[0]!, 0));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_names_its_results_as_its_members_do(string name)
    {
        OperationCase @case = OperationCases.All.Single(c => c.ToString() == name);
        Assert.All(@case.StandsFor(), member => Assert.Equal(NamesOf(member), NamesOf(@case.Operation)));
    }

    private static IEnumerable<string?> NamesOf(MethodInfo method) =>
        method.ReturnParameter.GetCustomAttribute<TupleElementNamesAttribute>()?.TransformNames ?? [];

    private static bool SaysInPlace(MethodInfo operation, object?[] arguments) =>
        operation.GetParameters().Zip(arguments).Any(static p => p.First.Name == "inplace" && p.Second is true);

    private static void Compare(OperationCase @case, MethodInfo member, bool withDefaults)
    {
        using IDisposable guard = no_grad();
        object?[] ofMember = Arguments(@case), ofOperation = Arguments(@case);
        int leftOut = withDefaults ? @case.Optional(member) : 0;
        object expected = Result(@case, member, ofMember, leftOut);
        object found = Result(@case, @case.Operation, ofOperation, leftOut);
        // What TorchSharp refuses the vocabulary refuses, too; what a table gives is never refused.
        if (expected is string refusal)
        {
            Assert.True(withDefaults, refusal);
            Assert.Equal(refusal, found);
            return;
        }
        float tolerance = @case.Name == nameof(Ops.scaled_dot_product_attention) ? AttentionTolerance : 0;
        Assert.NotEmpty(OperationCase.Tensors(expected));
        Same(OperationCase.Tensors(expected), OperationCase.Tensors(found), tolerance);
        Same([.. ofMember.OfType<Tensor>()], [.. ofOperation.OfType<Tensor>()], 0);
    }

    private static object[] Arguments(OperationCase @case)
    {
        manual_seed(2);
        return @case.Arguments()!;
    }

    private static object Result(OperationCase @case, MethodInfo method, object?[] arguments, int leftOut)
    {
        manual_seed(3);
        try
        {
            return @case.Call(method, arguments, leftOut);
        }
        catch (ExternalException e)
        {
            return e.Message.Split('\n')[0];
        }
    }

    private static void Same(IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> found, float tolerance)
    {
        Assert.Equal(expected.Count, found.Count);
        foreach ((Tensor one, Tensor other) in expected.Zip(found))
        {
            Assert.Equal(one.dtype, other.dtype);
            Assert.Equal(one.shape, other.shape);
            Assert.True(Equal(one, other, tolerance));
        }
    }

    private static bool Equal(Tensor expected, Tensor found, float tolerance) => tolerance == 0
        ? expected.shape.SequenceEqual(found.shape) && expected.eq(found).logical_or(expected.isnan().logical_and(found.isnan())).all().item<bool>()
        : ((expected - found).abs().max() / expected.abs().max()).item<float>() <= tolerance;
}
