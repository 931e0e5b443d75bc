using QDrop.Calibrator;
using QDrop.CompilerServices;
using QDrop.Tests.Modules;
using Xunit;

namespace QDrop.Tests.Inputs;

/// <summary>Which classes of an assembly the calibrator takes for twins.</summary>
public sealed class RegisteredModelsTests
{
    [Fact]
    public void Twins_are_found_by_their_mark_and_others_are_left_alone()
    {
        QuantizedModelDescriptor found = Assert.Single(RegisteredModels.Of(typeof(RegisteredModelsTests).Assembly));
        Assert.Same(ResidualNet.Descriptor, found);
    }

    [Fact]
    public void An_assembly_without_models_has_none() =>
        Assert.Empty(RegisteredModels.Of(typeof(QuantizedModel).Assembly));

    [QuantizedModel]
    internal static class Marked
    {
        public static QuantizedModelDescriptor Descriptor => ResidualNet.Descriptor;
    }

    /// <summary>What a model has is no mark of a twin.</summary>
    [Quantize]
    internal sealed class Other
    {
        public static QuantizedModelDescriptor Descriptor => throw new NotSupportedException();
    }
}
