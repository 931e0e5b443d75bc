using QDrop.Build.NativeLibraries;
using Xunit;

namespace QDrop.Build.Tests.NativeLibraries;

/// <summary>
/// What a library needs of the C++ library, and what of it may be marked weak; on ELF files made by hand.
/// </summary>
public sealed class MissingVersionsTests
{
    private const string Cpp = "libstdc++.so.6";

    private static readonly byte[] System = new ElfBuilder()
        .Define(Cpp).Define("GLIBCXX_3.4").Define("GLIBCXX_3.4.30").Define("CXXABI_1.3").Build();

    [Fact]
    public void A_version_that_no_relocation_uses_is_marked_weak_and_nothing_else_changes()
    {
        ElfBuilder builder = Binding().Need(Cpp, "GLIBCXX_3.4.32", "_ZSt21ios_base_library_initv");
        byte[] library = builder.Build();

        var missing = MissingVersions.Of(library, System);

        Assert.Equal(["GLIBCXX_3.4.32"], missing.Names);
        Assert.Empty(missing.SymbolsInUse);
        byte[] marked = missing.MarkedWeak();
        int flags = builder.FlagsOffsets["GLIBCXX_3.4.32"];
        Assert.Equal([flags], Enumerable.Range(0, library.Length).Where(i => library[i] != marked[i]));
        Assert.Equal(2, marked[flags]);
    }

    [Fact]
    public void What_is_marked_weak_is_missing_no_longer()
    {
        byte[] library = Binding().Need(Cpp, "GLIBCXX_3.4.32", "_ZSt21ios_base_library_initv").Build();

        Assert.False(MissingVersions.Of(MissingVersions.Of(library, System).MarkedWeak(), System).Any);
        byte[] weak = Binding().Need(Cpp, "GLIBCXX_3.4.32", "init", flags: 2, calls: 1).Build();
        Assert.False(MissingVersions.Of(weak, System).Any);
    }

    [Fact]
    public void All_missing_versions_are_marked_and_other_flags_kept()
    {
        ElfBuilder builder = Binding()
            .Need(Cpp, "GLIBCXX_3.4.32", "init")
            .Need(Cpp, "CXXABI_1.3.15", "other", flags: 1);
        byte[] library = builder.Build();

        var missing = MissingVersions.Of(library, System);

        Assert.Equal(["GLIBCXX_3.4.32", "CXXABI_1.3.15"], missing.Names);
        byte[] marked = missing.MarkedWeak();
        Assert.Equal(2, marked[builder.FlagsOffsets["GLIBCXX_3.4.32"]]);
        Assert.Equal(3, marked[builder.FlagsOffsets["CXXABI_1.3.15"]]);
        Assert.Equal(library.Length - 2, library.Zip(marked).Count(static p => p.First == p.Second));
    }

    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(0, 1, true)]
    [InlineData(1, 0, false)]
    [InlineData(0, 1, false)]
    public void A_symbol_that_a_relocation_uses_is_named(int data, int calls, bool hasAddends)
    {
        byte[] library = new ElfBuilder { HasAddends = hasAddends }
            .Need(Cpp, "GLIBCXX_3.4", "_ZSt4cout", data: 2, calls: 1)
            .Need(Cpp, "GLIBCXX_3.4.32", "_ZSt21ios_base_library_initv")
            .Need(Cpp, "GLIBCXX_3.4.33", "_ZSt4new1v", data, calls)
            .Build();

        var missing = MissingVersions.Of(library, System);

        Assert.Equal(["GLIBCXX_3.4.32", "GLIBCXX_3.4.33"], missing.Names);
        Assert.Equal(["_ZSt4new1v"], missing.SymbolsInUse);
        Assert.Equal(["GLIBCXX_3.4.33"], missing.VersionsInUse);
    }

    [Fact]
    public void Versions_of_other_libraries_are_not_looked_at()
    {
        byte[] library = Binding().Need("libc.so.6", "GLIBC_2.99", "later", calls: 1).Build();

        Assert.False(MissingVersions.Of(library, System).Any);
    }

    [Fact]
    public void A_library_without_versions_needs_none()
    {
        Assert.False(MissingVersions.Of(new ElfBuilder().Build(), System).Any);
        Assert.False(MissingVersions.Of(Binding().Build(), System).Any);
    }

    private static ElfBuilder Binding() => new ElfBuilder()
        .Need("libc.so.6", "GLIBC_2.34", "memcpy", calls: 3)
        .Need(Cpp, "GLIBCXX_3.4", "_ZSt4cout", data: 1)
        .Need(Cpp, "GLIBCXX_3.4.30", "_ZSt4endl", calls: 1)
        .Need(Cpp, "CXXABI_1.3", "__cxa_throw", calls: 1);
}
