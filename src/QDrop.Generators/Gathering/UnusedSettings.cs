using System.Collections.Generic;
using System.Linq;

namespace QDrop.Generators.Gathering;

/// <summary>Settings of one <c>[Quantize]</c> that the others leave unused.</summary>
internal static class UnusedSettings
{
    /// <summary>Finds settings that are given and not used, each once, with what makes them useless.</summary>
    public static IEnumerable<(string Setting, string Reason)> Of(GivenSettings given)
    {
        string method = given.Choice("Method"), learning = given.Choice("ActivationLearning");
        string scale = given.Choice("Scale"), activations = given.Choice("ActivationObserver");
        IReadOnlyList<string> unused = given.IgnoredByMethod();
        foreach (string? setting in unused.Where(given.IsGiven))
            yield return (setting, $"Method = {method}");
        if (IsOpen("ActivationLearningRate") && learning == "Fixed")
            yield return ("ActivationLearningRate", "ActivationLearning = Fixed");
        else if (IsOpen("ActivationLearningRate") && scale != "Free")
            yield return ("ActivationLearningRate", $"Scale = {scale}");
        // Exponents that were fixed stay, whatever is said of learning.
        if (IsOpen("ActivationLearning") && scale == "NearestPowerOfTwo" && learning != "LsqPlus")
            yield return ("ActivationLearning", "Scale = NearestPowerOfTwo");
        // A setting with the name of an observer is that observer's.
        IReadOnlyDictionary<string, string> observers = given.Choices("RangeObserver");
        foreach (string? setting in given.Members("RangeObserver").Where(given.IsGiven).Except(observers.Values))
            yield return (setting, string.Join(" and ", observers.Select(o => $"{o.Key} = {o.Value}")));
        // Without reconstruction a batch is only what averages of ranges are taken over.
        if (given.IsGiven("BatchSize") && given.Trains && !given.Has("ActivationObserver", "IsAverage"))
            yield return ("BatchSize", $"Method = {method} and ActivationObserver = {activations}");

        bool IsOpen(string setting) => given.IsGiven(setting) && !unused.Contains(setting);
    }
}
