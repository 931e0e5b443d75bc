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
