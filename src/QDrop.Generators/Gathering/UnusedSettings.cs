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
        string weights = given.Choice("WeightObserver");
        var unused = given.IgnoredByMethod();
        foreach (var setting in unused.Where(given.IsGiven))
            yield return (setting, $"Method = {method}");
        foreach (var setting in given.All.Values.Where(IsUnusedTraining))
            yield return (setting.Name, $"Method = {method}");
        if (IsOpen("ActivationLearningRate") && learning == "Fixed")
            yield return ("ActivationLearningRate", "ActivationLearning = Fixed");
        else if (IsOpen("ActivationLearningRate") && scale != "Free")
            yield return ("ActivationLearningRate", $"Scale = {scale}");
        // Exponents that were fixed stay, whatever is said of learning.
        if (IsOpen("ActivationLearning") && scale == "NearestPowerOfTwo" && learning != "LsqPlus")
            yield return ("ActivationLearning", "Scale = NearestPowerOfTwo");
        if (given.IsGiven("Percentile") && weights != "Percentile" && activations != "Percentile")
            yield return ("Percentile", $"WeightObserver = {weights} and ActivationObserver = {activations}");
        // Without reconstruction a batch is only what averages of ranges are taken over.
        if (given.IsGiven("BatchSize") && SettingsGatherer.IsTraining(method)
            && activations is not ("AverageMinError" or "AverageMinMax"))
        {
            yield return ("BatchSize", $"Method = {method} and ActivationObserver = {activations}");
        }

        bool IsOpen(string setting) => given.IsGiven(setting) && !unused.Contains(setting);

        // Levels that are dropped contradict other methods, if there are any.
        bool IsUnusedTraining(SettingInfo setting) => setting.Part == "Training" && given.IsGiven(setting.Name)
            && setting.Name is not ("DropBits" or "BitPenalty") && !SettingsGatherer.IsTraining(method);
    }
}
