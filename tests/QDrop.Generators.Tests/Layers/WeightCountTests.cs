using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using QDrop.Generators.Mappings;
using QDrop.Generators.Tests.Helpers;
using static TorchSharp.torch.nn;

namespace QDrop.Generators.Tests.Layers;

/// <summary>The weights of a layer that follow from the call of its factory are those that the layer has.</summary>
[Collection("torch")]
public sealed class WeightCountTests
{
    [Fact]
    public void Convolutions()
    {
        Check(Conv1d(4, 6, 3));
        Check(Conv2d(4, 6, (3, 5), groups: 2));
        Check(Conv2d(4, 6, 3, bias: false));
        Check(Conv3d(2, 3, (1, 2, 3)));
        Check(ConvTranspose1d(4, 6, 3));
        Check(ConvTranspose2d(4, 6, 3, groups: 2));
        Check(ConvTranspose3d(2, 3, 2));
    }

    [Fact]
    public void Linear_layers()
    {
        Check(Linear(4, 6));
        Check(Bilinear(4, 3, 6));
        Check(MultiheadAttention(8, 2));
    }

    [Fact]
    public void Recurrent_layers()
    {
        Check(RNN(4, 5));
        Check(GRU(4, 5, numLayers: 3));
        Check(LSTM(4, 5, numLayers: 2, bidirectional: true));
        Check(RNNCell(4, 5));
        Check(GRUCell(4, 5));
        Check(LSTMCell(4, 5));
    }

    [Theory]
    [InlineData("Linear(n, 6)")]
    [InlineData("Conv2d(4, 6, (n, 3))")]
    [InlineData("LSTM(4, 5, bidirectional: n > 1)")]
    [InlineData("MultiheadAttention(8, 2, kdim: n)")]
    public void What_is_not_constant_is_not_known(string code) => Assert.Null(CountOf(code));

    [Theory]
    [InlineData("Embedding(8, 4)")]
    [InlineData("BatchNorm2d(8)")]
    [InlineData("ReLU()")]
    public void What_is_not_multiplied_is_not_counted(string code) => Assert.Null(CountOf(code));

    private static void Check(Module layer, [CallerArgumentExpression(nameof(layer))] string code = "")
    {
        using (layer)
        {
            long expected = layer.parameters().Where(p => p.dim() > 1).Sum(p => p.numel());
            Assert.Equal(expected, CountOf(code));
        }
    }

    /// <summary>The number that the generator finds for a call of a factory.</summary>
    private static long? CountOf(string code)
    {
        string source = $"using static TorchSharp.torch.nn; internal class Net {{ object Make(int n) => {code}; }}";
        CSharpCompilation compilation = GeneratorRun.Compile(("Net.cs", source));
        SyntaxTree tree = compilation.SyntaxTrees.Single();
        SyntaxNode call = tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().First();
        var creation = (IInvocationOperation)compilation.GetSemanticModel(tree).GetOperation(call)!;
        return LayerTable.Of(compilation).WeightsOf(creation.Type) is { } weights
            ? WeightCount.Of(weights, creation)
            : null;
    }
}
