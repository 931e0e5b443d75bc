using QDrop.Operations;
using QDrop.Tests.Running;
using Xunit;

namespace QDrop.Tests.Operators;

/// <summary>Each operation gives in ONNX Runtime what it gives in a program.</summary>
public sealed class OperatorTests
{
    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            for (int i = 0; i < OperationCases.All.Count; i++)
                cases.Add(i, OperationCases.All[i].Name);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_gives_the_same_in_ONNX(int index, string name)
    {
        var program = new ProgramCase(new Random(index));
        OperationCases.All[index].Build(program);
        Assert.Contains(program.Bound.Operations, o => o.Name == name);
        program.Check(new() { Exact = true });
    }

    [Fact]
    public void Every_operation_has_a_case() =>
        Assert.Empty(Vocabulary.All.Select(static k => k.Name).Except(OperationCases.All.Select(static c => c.Name)));
}
