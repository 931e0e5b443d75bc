using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using QDrop.Generators.Mappings;
using QDrop.Generators.Tests.Helpers;
using QDrop.Layers.Families;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace QDrop.Generators.Tests.Layers;

/// <summary>Every layer of TorchSharp is in one family, and generator and run time read the same of it.</summary>
public sealed class LayerFamilyTests
{
    /// <summary>Modules that are no layers: they compare an output with a target.</summary>
    private static readonly Type[] Losses =
    [
        typeof(BCELoss), typeof(BCEWithLogitsLoss), typeof(CosineEmbeddingLoss), typeof(CrossEntropyLoss),
        typeof(CTCLoss), typeof(GaussianNLLLoss), typeof(HingeEmbeddingLoss), typeof(HuberLoss), typeof(KLDivLoss),
        typeof(L1Loss), typeof(MarginRankingLoss), typeof(MSELoss), typeof(MultiLabelMarginLoss),
        typeof(MultiLabelSoftMarginLoss), typeof(MultiMarginLoss), typeof(NLLLoss), typeof(PoissonNLLLoss),
        typeof(SmoothL1Loss), typeof(SoftMarginLoss), typeof(TripletMarginLoss), typeof(TripletMarginWithDistanceLoss),
    ];

    private static readonly CSharpCompilation Compilation = GeneratorRun.Compile([]);

    private static readonly LayerTable Table = LayerTable.Of(Compilation);

    public static TheoryData<Type> Types => [.. LayerFamilies.All.SelectMany(f => f.Types)];

    [Fact]
    public void Every_module_of_TorchSharp_is_in_one_family_or_is_a_loss()
    {
        IEnumerable<Type> modules = typeof(Linear).Assembly.GetTypes().Where(t =>
            t is { Namespace: "TorchSharp.Modules", IsAbstract: false } && t.IsSubclassOf(typeof(nn.Module)));
        IEnumerable<Type> known = LayerFamilies.All.SelectMany(f => f.Types).Concat(Losses);
        Assert.Equal(modules.Select(t => t.Name).Order(), known.Select(t => t.Name).Order());
    }

    [Fact]
    public void Every_family_is_in_the_table()
    {
        IEnumerable<Type> families = typeof(LayerFamily)
            .Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(LayerFamily)));
        Assert.Equal(families.Select(t => t.Name).Order(), LayerFamilies.All.Select(f => f.GetType().Name));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_generator_reads_what_the_run_time_has(Type type)
    {
        LayerFamily family = LayerFamilies.All.Single(f => f.Types.Contains(type));
        INamedTypeSymbol symbol = Compilation.GetTypeByMetadataName(type.FullName!)!;
        Assert.Equal(family.Kind.ToString(), Table.KindOf(symbol).ToString());
        Assert.Equal(family.FoldsBatchNorm, Table.FoldsBatchNorm(symbol));
        Assert.Equal(family.WhyNot, Table.WhyNot(symbol) ?? "");
        Assert.Equal(family.Kind.ToString() == "Unsupported", family.WhyNot.Length > 0);
    }

    [Fact]
    public void The_families_are_in_the_reference_assembly_too()
    {
        string path = typeof(LayerFamilyTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "RuntimeReferenceAssembly").Value!;
        MetadataReference runtime = Compilation.References.Single(r =>
            Path.GetFileName(r.Display) == "QDrop.Runtime.dll");
        CSharpCompilation compilation = Compilation.ReplaceReference(runtime, MetadataReference.CreateFromFile(path));
        INamedTypeSymbol linear = compilation.GetTypeByMetadataName(typeof(Linear).FullName!)!;
        Assert.Equal("Weighted", LayerTable.Of(compilation).KindOf(linear).ToString());
    }

    [Fact]
    public void A_class_that_derives_from_a_layer_is_of_its_family()
    {
        using var module = new Stack();
        Assert.Equal("Sequential", LayerFamilies.KindOf(module).ToString());
        using ModuleList<ReLU> list = nn.ModuleList(nn.ReLU());
        Assert.Equal("Collection", LayerFamilies.KindOf(list).ToString());
        Assert.Equal("Unsupported", LayerFamilies.KindOf(new object()).ToString());
    }

    private sealed class Stack() : Sequential(nn.ReLU());
}
