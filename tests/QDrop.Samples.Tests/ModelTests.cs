using Cifar10;
using Xunit;

namespace QDrop.Samples.Tests;

public sealed class ModelTests
{
    [Fact]
    public void Parameters_have_the_names_and_the_number_of_the_paper_s_network()
    {
        using var model = new ResNet20();
        var names = model.named_parameters().Select(static pair => pair.Item1).ToHashSet();

        HashSet<string> expected =
        [
            "conv1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer2.0.bn2.weight", "layer3.2.conv2.weight",
            "linear.bias",
        ];
        Assert.Superset(expected, names);
        // 3×3 convolutions, a scale and a shift for each channel, and the classifier: 0.27 million (He et al. 2016,
        // table 6).
        int convolutions = 9 * (3 * 16 + 6 * 16 * 16 + (16 + 5 * 32) * 32 + (32 + 5 * 64) * 64);
        int norms = 2 * (7 * 16 + 6 * 32 + 6 * 64);
        Assert.Equal(convolutions + norms + 64 * 10 + 10, model.parameters().Sum(static p => p.numel()));
    }
}
