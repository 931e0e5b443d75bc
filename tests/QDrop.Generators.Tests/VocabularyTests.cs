using System.Reflection;
using QDrop.Modules;

namespace QDrop.Generators.Tests;

/// <summary>Promise 2, nothing is skipped silently: the vocabulary names members that exist, so that none is let through by mistake.</summary>
public sealed class VocabularyTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy;

    public static TheoryData<string> Entries => [.. typeof(Ops).GetMethods(All).Cast<MemberInfo>().Append(typeof(Ops))
        .SelectMany(m => m.GetCustomAttributes<LowersAttribute>()).Select(a => $"{a.Type.FullName}|{a.Member}").Distinct()];

    [Theory]
    [MemberData(nameof(Entries))]
    public void Every_entry_names_a_member_of_TorchSharp(string entry)
    {
        string type = entry.Split('|')[0], member = entry.Split('|')[1];
        Type declaring = typeof(TorchSharp.torch).Assembly.GetType(type, throwOnError: true)!;
        Assert.NotEmpty(member == "this[]" ? declaring.GetProperties(All).Where(p => p.GetIndexParameters().Length > 0) : declaring.GetMember(member, All));
    }

    [Fact]
    public void Every_method_stands_for_something()
    {
        Assert.All(typeof(Ops).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly), m => Assert.NotEmpty(m.GetCustomAttributes<LowersAttribute>()));
    }

    [Fact]
    public void The_generator_knows_the_kinds_of_the_run_time()
    {
        Assert.Equal(Enum.GetNames<OpKind>(), Enum.GetNames<Mappings.OpKind>());
    }
}
