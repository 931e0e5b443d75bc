using System.Globalization;

namespace QDrop.Tests.Settings;

/// <summary>Values of settings, worked out from what the table says of them.</summary>
internal static class SettingCases
{
    /// <summary>Gets the names of all settings.</summary>
    public static Xunit.TheoryData<string> Names => [.. SettingsTable.All.Select(static setting => setting.Name)];

    /// <summary>Gets every setting with a value outside its range: below and above it, and what is no number.</summary>
    public static Xunit.TheoryData<string, double> OutOfRange
    {
        get
        {
            var cases = new Xunit.TheoryData<string, double>();
            foreach (Setting setting in SettingsTable.All)
            {
                foreach (double value in Outside(setting))
                    cases.Add(setting.Name, value);
            }
            return cases;
        }
    }

    /// <summary>Gets every setting that is a member of an enumeration.</summary>
    public static Xunit.TheoryData<string> Enumerations =>
        [.. SettingsTable.All.Where(static setting => setting.Type.IsEnum).Select(static setting => setting.Name)];

    /// <summary>Gets a value of a setting that is allowed and not its default.</summary>
    public static object Other(Setting setting)
    {
        object? unset = setting.Of(new QuantizationSettings { Training = new(), Exponents = new() });
        if (setting.Type.IsEnum)
            return Enum.GetValues(setting.Type).Cast<object>().Last();
        if (setting.Type == typeof(bool))
            return unset is false;
        if (setting.Type == typeof(long))
            return 7L;
        if (setting.Type == typeof(BitBudget))
            return BitBudget.Parse("5.5 bits");
        if (setting.Range is not { } range)
            throw new InvalidOperationException($"{setting.Name} has no range.");
        double value = range.HasMax ? (range.Min + range.Max + range.Max) / 3 : Convert.ToDouble(unset) + 1;
        return setting.Type == typeof(int) ? (object)(int)value : value;
    }

    /// <summary>Gets a value as a project file has it.</summary>
    public static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <summary>Gets a number as a value of a setting.</summary>
    public static object Number(Setting setting, double value) =>
        setting.Type == typeof(int) ? (object)(int)value : value;

    /// <summary>Gets settings with what a setting needs beside it.</summary>
    public static QuantizationSettings Beside(Setting setting) => setting switch
    {
        { Part: nameof(QuantizationSettings.Training) } => new() { Method = Method.Cpq },
        { Part: nameof(QuantizationSettings.Exponents) } => new() { Scale = Scale.PowerOfTwo },
        { Name: nameof(QuantizationSettings.MaxW) } => new() { Budget = BitBudget.Parse("5 bits") },
        _ => new(),
    };

    /// <summary>
    /// Gets, for each rule between two settings, settings that break it, as a project file has them, with the code and
    /// the message.
    /// </summary>
    public static Xunit.TheoryData<string, string, string> Contradictions => new()
    {
        {
            "Method=Cpq; Budget=5 bits",
            "QDROP006",
            "Budget = 5 bits cannot be used: expected none with Method = Cpq, which learns bit widths by BitPenalty"
        },
        {
            "MaxW=6",
            "QDROP037",
            "MaxW = 6 cannot be used: expected a Budget beside it, such as \"3.0 bits\", or no MaxW: without a budget "
                + "every layer has W"
        },
        {
            "Budget=7 bits; W=6; MaxW=5",
            "QDROP037",
            "MaxW = 5 cannot be used: expected at least W, which is 6: the budget chooses widths from W to MaxW"
        },
        {
            "SymmetricActivations=true; ActivationLearning=LsqPlus",
            "QDROP006",
            "ActivationLearning = LsqPlus cannot be used: expected Lsq or Fixed with SymmetricActivations = true, whose "
                + "zero point stays in the middle; LsqPlus would learn it"
        },
        {
            "Hardware=true; SymmetricActivations=true",
            "QDROP006",
            "SymmetricActivations = true cannot be used: expected false with Hardware = true, which has unsigned grids "
                + "where no value is negative, and symmetric ones elsewhere"
        },
        {
            "Hardware=true; ActivationsPerChannel=true",
            "QDROP006",
            "ActivationsPerChannel = true cannot be used: expected false with Hardware = true, which has one grid for "
                + "an activation"
        },
        {
            "Hardware=true; ActivationLearning=LsqPlus",
            "QDROP033",
            "ActivationLearning = LsqPlus cannot be used: expected Lsq or Fixed with Hardware = true, whose steps are "
                + "powers of two: a learned offset does not stay a whole number of them"
        },
        {
            "Method=Lsq; Hardware=true",
            "QDROP006",
            "Hardware = true cannot be used: expected false with Method = Lsq: folding the batch norms in the end "
                + "changes the scales, which do not stay powers of two"
        },
        {
            "Scale=PowerOfTwo; ActivationLearning=LsqPlus",
            "QDROP033",
            "ActivationLearning = LsqPlus cannot be used: expected Lsq or Fixed with Scale = PowerOfTwo: a learned "
                + "offset does not stay a whole number of steps"
        },
        {
            "Scale=NearestPowerOfTwo; ActivationLearning=LsqPlus",
            "QDROP033",
            "ActivationLearning = LsqPlus cannot be used: expected Lsq or Fixed with Scale = NearestPowerOfTwo: a "
                + "learned offset does not stay a whole number of steps"
        },
        {
            "BetaStart=4; BetaEnd=8",
            "QDROP006",
            "BetaStart = 4 cannot be used: expected at least BetaEnd, which is 8"
        },
        {
            "BetaStart=1",
            "QDROP006",
            "BetaStart = 1 cannot be used: expected at least BetaEnd, which is 2"
        },
        {
            "BetaEnd=21",
            "QDROP006",
            "BetaEnd = 21 cannot be used: expected at most BetaStart, which is 20"
        },
        {
            "Method=Lsq; ActivationsPerChannel=true",
            "QDROP006",
            "ActivationsPerChannel = true cannot be used: expected false with Method = Lsq, which learns one grid for "
                + "an activation"
        },
        {
            "Method=Cpq; Scale=PowerOfTwo",
            "QDROP006",
            "Scale = PowerOfTwo cannot be used: expected Free with Method = Cpq: folding the batch norms in the end "
                + "changes the scales, which do not stay powers of two"
        },
        {
            "Loss=Fisher; Norm=3",
            "QDROP034",
            "Norm = 3 cannot be used: expected no Norm, or 2, with Loss = Fisher, which weights squared errors"
        },
        {
            "Loss=Fisher; Norm=Auto",
            "QDROP034",
            "Norm = Auto cannot be used: expected no Norm, or 2, with Loss = Fisher, which weights squared errors"
        },
        {
            "Method=Cpq; DropBits=0.1; BitPenalty=0.2",
            "QDROP006",
            "DropBits = 0.1 cannot be used: expected 0 with BitPenalty = 0.2: learned bit widths drop levels themselves"
        },
        {
            "Method=Lsq; DropBits=0.1",
            "QDROP006",
            "DropBits = 0.1 cannot be used: expected 0, or Method = Cpq: with Method = Lsq there are no levels that can "
                + "be dropped"
        },
        {
            "Method=QDrop; BitPenalty=0.1",
            "QDROP006",
            "BitPenalty = 0.1 cannot be used: expected 0, or Method = Cpq: with Method = QDrop there are no levels that "
                + "can be dropped"
        },
        { "ExponentShare=0.2", "QDROP006", NoExponents("ExponentShare = 0.2", "Free") },
        { "ExponentShare=0.8", "QDROP006", NoExponents("ExponentShare = 0.8", "Free") },
        { "ExponentReach=4", "QDROP006", NoExponents("ExponentReach = 4", "Free") },
        {
            "Scale=NearestPowerOfTwo; ExponentWeight=1",
            "QDROP006",
            NoExponents("ExponentWeight = 1", "NearestPowerOfTwo")
        },
        { "ExponentRoundingWeight=2", "QDROP006", NoExponents("ExponentRoundingWeight = 2", "Free") },
        { "ExponentActivationShare=0.2", "QDROP006", NoExponents("ExponentActivationShare = 0.2", "Free") },
        {
            "ExponentActivationLearningRate=0.02",
            "QDROP006",
            NoExponents("ExponentActivationLearningRate = 0.02", "Free")
        },
        {
            "Scale=PowerOfTwo; ExponentShare=0.8",
            "QDROP006",
            "ExponentShare = 0.8 cannot be used: expected at most 0.7 beside ExponentActivationShare = 0.3: both are "
                + "shares of the iterations"
        },
        {
            "Scale=PowerOfTwo; ExponentShare=0.5; ExponentActivationShare=0.6",
            "QDROP006",
            "ExponentActivationShare = 0.6 cannot be used: expected at most 0.5 beside ExponentShare = 0.5: both are "
                + "shares of the iterations"
        },
    };

    /// <summary>Gets what these cases give.</summary>
    public static IEnumerable<string> Given => Contradictions.Select(static row => (string)row[0]);

    /// <summary>Gets settings that go together, if only just.</summary>
    public static Xunit.TheoryData<string> Together =>
    [
        "Method=QDrop; Budget=5 bits; MaxW=6",
        "Budget=7 bits; W=6; MaxW=6",
        "SymmetricActivations=true; ActivationLearning=Fixed",
        "SymmetricActivations=false; ActivationLearning=LsqPlus",
        "Scale=Free; ActivationLearning=LsqPlus",
        "Hardware=true; Scale=NearestPowerOfTwo; SymmetricWeights=true; WeightsPerChannel=false",
        "Hardware=false; ActivationsPerChannel=true",
        "BetaStart=8; BetaEnd=8",
        "Method=Lsq; ActivationsPerChannel=false",
        "Method=Cpq; Scale=Free",
        "Loss=Fisher; Norm=2",
        "Loss=MeanSquared; Norm=3",
        "Method=Cpq; DropBits=0.1; BitPenalty=0",
        "Method=Cpq; DropBits=0.1; BitPenalty=-0.0",
        "Method=Cpq; DropBits=0; BitPenalty=0.2",
        "Method=Lsq; DropBits=0; BitPenalty=0",
        "DropBits=-0.0",
        "Scale=PowerOfTwo; ExponentShare=0.7",
        "Scale=PowerOfTwo; ExponentShare=0.25; ExponentActivationShare=0.75",
    ];

    /// <summary>Reads settings that stand one behind the other.</summary>
    public static IEnumerable<(Setting Setting, string Text)> Read(string given) => given.Split("; ")
        .Select(static part => part.Split('=')).Select(static pair => (SettingsTable.Find(pair[0])!, pair[1]));

    /// <summary>Gets them as a calibration has them.</summary>
    public static QuantizationSettings SettingsOf(string given) => Read(given).Aggregate(
        new QuantizationSettings(),
        static (settings, pair) => pair.Setting.With(settings, pair.Setting.Parse(pair.Text)));

    private static string NoExponents(string found, string scale) =>
        $"{found} cannot be used: expected Scale = PowerOfTwo beside it: with Scale = {scale} no exponents are learned";

    private static IEnumerable<double> Outside(Setting setting)
    {
        if (setting.Range is not { } range)
            yield break;
        double step = setting.Type == typeof(int) ? 1 : 1e-3;
        yield return range.ExcludesMin ? range.Min : range.Min - step;
        if (range.HasMax)
            yield return range.ExcludesMax ? range.Max : range.Max + step;
        if (setting.Type != typeof(double))
            yield break;
        yield return double.PositiveInfinity;
        yield return double.NaN;
    }
}
