using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using QDrop.CompilerServices;
using QDrop.Generators.Mappings;
using QDrop.Generators.Tests.Helpers;
using OpKind = QDrop.CompilerServices.OpKind;

namespace QDrop.Generators.Tests;

/// <summary>
/// Promise 2, nothing is skipped silently: the vocabulary names members that exist, so that none is let through by
/// mistake.
/// </summary>
public sealed class VocabularyTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy;

    public static TheoryData<string> Entries =>
        [
            .. typeof(Ops)
                .GetMethods(All)
                .Cast<MemberInfo>()
                .Append(typeof(Ops))
                .SelectMany(m => m.GetCustomAttributes<LowersAttribute>())
                .Select(a => $"{a.Type.FullName}|{a.Member}")
                .Distinct(),
        ];

    [Theory]
    [MemberData(nameof(Entries))]
    public void Every_entry_names_a_member_of_TorchSharp(string entry)
    {
        string type = entry.Split('|')[0], member = entry.Split('|')[1];
        Type declaring = typeof(TorchSharp.torch).Assembly.GetType(type, throwOnError: true)!;
        Assert.NotEmpty(member == "this[]"
            ? declaring.GetProperties(All).Where(p => p.GetIndexParameters().Length > 0)
            : declaring.GetMember(member, All));
    }

    /// <summary>Overloads that are no part of the vocabulary, though their member is.</summary>
    private static readonly Dictionary<string, string> LeftOut = new()
    {
        ["Tensor.flatten(IList<string?> dims, string out_dim)"] = "dimensions have names",
        ["Tensor.unflatten(string dim, params (string, long)[] sizes)"] = "dimensions have names",
        ["Tensor.index(params Tensor[] indices)"] = "of a mask, the shape depends on the values",
        ["Tensor.this[params Tensor[] indices]"] = "of a mask, the shape depends on the values",
        ["Tensor.type(Func<Tensor, Tensor> typeFunc)"] = "a delegate says how to convert",
        ["torch.where(Tensor condition)"] = "gives the indices that are true",
    };

    private static readonly SymbolDisplayFormat Signature = new(
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeContainingType,
        parameterOptions: SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName
            | SymbolDisplayParameterOptions.IncludeModifiers,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.UseSpecialTypes
            | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static TheoryData<string> Lowered => [.. typeof(Ops).GetMethods(All)
        .SelectMany(m => m.GetCustomAttributes<LowersAttribute>())
        .Select(a => $"{a.Type.FullName}|{a.Member}").Distinct()];

    [Theory]
    [MemberData(nameof(Lowered))]
    public void Every_overload_of_a_member_is_in_the_vocabulary(string entry)
    {
        string type = entry.Split('|')[0], member = entry.Split('|')[1];
        Compilation compilation = GeneratorRun.Compile(("Empty.cs", ""));
        TorchTypes torch = TorchTypes.Find(compilation)!;
        var table = new OpsTable(compilation, torch);
        IEnumerable<ISymbol> overloads = compilation.GetTypeByMetadataName(type)!.GetMembers()
            .Where(s => s.DeclaredAccessibility == Accessibility.Public)
            .Where(s => member == "this[]" ? s is IPropertySymbol { IsIndexer: true } : s.Name == member);
        foreach (ISymbol overload in overloads.Where(o => !LeftOut.ContainsKey(o.ToDisplayString(Signature))))
        {
            // What goes to a tensor of the caller's is left out everywhere.
            string signature = overload.ToDisplayString(Signature);
            IParameterSymbol[] parameters = [.. ParametersOf(overload).Where(static p => p.Name != "out")];
            IParameterSymbol[] required = [.. parameters.Where(static p => !p.IsOptional)];
            Assert.True(Finds(table, torch, overload, parameters, []), signature);
            IParameterSymbol[] omitted = [.. parameters.Except(required)];
            Assert.True(Finds(table, torch, overload, required, omitted), $"{signature} with its defaults");
        }
    }

    private static bool Finds(OpsTable table, TorchTypes torch, ISymbol overload, IParameterSymbol[] given,
        IParameterSymbol[] omitted)
    {
        IEnumerable<OpArgument> arguments = given.Select(static p => new OpArgument(p.Type, IsParams: p.IsParams));
        if (!overload.IsStatic)
            arguments = arguments.Prepend(new OpArgument(torch.Tensor));
        return table.Find(overload, [.. arguments], omitted) is not null;
    }

    private static ImmutableArray<IParameterSymbol> ParametersOf(ISymbol member) =>
        member is IPropertySymbol property ? property.Parameters : ((IMethodSymbol)member).Parameters;

    [Fact]
    public void Every_method_stands_for_something()
    {
        Assert.All(
            typeof(Ops).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly),
            m => Assert.NotEmpty(m.GetCustomAttributes<LowersAttribute>()));
    }

    [Fact]
    public void The_generator_knows_the_kinds_of_the_run_time()
    {
        Assert.Equal(Enum.GetNames<OpKind>(), Enum.GetNames<Mappings.OpKind>());
    }
}
