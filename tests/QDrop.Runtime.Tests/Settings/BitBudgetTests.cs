using System.Globalization;
using System.Text.Json;
using QDrop.Artifacts;
using Xunit;

namespace QDrop.Tests.Settings;

/// <summary>Budgets as they are written, in attributes, project files and manifests.</summary>
public sealed class BitBudgetTests
{
    [Theory]
    [InlineData("3.0 bits", "3 bits")]
    [InlineData(" 2.5BITS ", "2.5 bits")]
    [InlineData("2.25 bits/MAC", "2.25 bits/MAC")]
    [InlineData("100 bytes", "100 bytes")]
    [InlineData("1.5 KiB", "1536 bytes")]
    [InlineData("2 mib", "2097152 bytes")]
    [InlineData("120 MMAC-bits", "120000000 MAC-bits")]
    [InlineData("0.5 GMAC-bits", "500000000 MAC-bits")]
    [InlineData("7 kMAC-bits", "7000 MAC-bits")]
    [InlineData("8 bits", "8 bits")]
    public void A_budget_is_a_number_and_a_unit(string text, string written)
    {
        var budget = BitBudget.Parse(text);
        Assert.Equal(written, budget.ToString());
        Assert.Equal(budget, BitBudget.Parse(written));
    }

    [Theory]
    [InlineData("3.0", "it has no unit")]
    [InlineData("bits", "does not begin with a number")]
    [InlineData("", "does not begin with a number")]
    [InlineData("3,5 bits", "'3,5' is no number with a decimal point")]
    [InlineData("-3 bits", "'-3' is no number")]
    [InlineData("3.0.0 bits", "'3.0.0' is no number")]
    [InlineData(
        "40 KB",
        "'KB' is no unit; expected a number and one of the units bits, bits/MAC, bytes, KiB, MiB, MAC-bits, kMAC-bits, "
            + "MMAC-bits, GMAC-bits")]
    [InlineData("1.9 bits", "2 to 8 bits")]
    [InlineData("8.01 bits/MAC", "2 to 8 bits")]
    [InlineData("0 bytes", "more than 0")]
    [InlineData("9999999999999999999 GMAC-bits", "larger than any model needs")]
    public void What_is_none_is_refused_with_what_was_expected(string text, string expected)
    {
        QDropException error = Assert.Throws<QDropException>(() => BitBudget.Parse(text));
        Assert.Equal("QDROP036", error.Code);
        Assert.Contains($"Budget = \"{text}\"", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.False(BitBudget.TryParse(text, out _));
    }

    [Fact]
    public void The_culture_does_not_matter()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("", useUserOverride: false)
            {
                NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = "." },
            };
            Assert.Equal(new BitBudget(2.5m, BudgetUnit.Bits), BitBudget.Parse("2.5 bits"));
            Assert.Equal("2.5 bits", new BitBudget(2.50m, BudgetUnit.Bits).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_manifest_says_the_budget_where_there_is_one_and_nothing_where_there_is_none()
    {
        var settings = new QuantizationSettings { W = 2, MaxW = 6, Budget = BitBudget.Parse("3.0 bits") };
        string json = JsonSerializer.Serialize(settings, ManifestJson.Default.QuantizationSettings);
        Assert.Contains("\"budget\":\"3 bits\",\"maxW\":6", json, StringComparison.Ordinal);
        Assert.Equal(settings, JsonSerializer.Deserialize(json, ManifestJson.Default.QuantizationSettings));
        string without = JsonSerializer.Serialize(
            new QuantizationSettings(), ManifestJson.Default.QuantizationSettings);
        Assert.DoesNotContain("budget", without, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("maxW", without, StringComparison.Ordinal);
        Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize(
                json.Replace("3 bits", "3 bit", StringComparison.Ordinal), ManifestJson.Default.QuantizationSettings));
    }

    public static TheoryData<QuantizationSettings, string, string> Wrong => new()
    {
        { new() { MaxW = 8 }, "QDROP037", "a Budget beside it" },
        { new() { W = 4, MaxW = 3, Budget = new(5, BudgetUnit.Bits) }, "QDROP037", "at least W, which is 4" },
        { new() { MaxW = 9, Budget = new(5, BudgetUnit.Bits) }, "QDROP004", "from 2 to 8" },
        { new() { Budget = default(BitBudget) }, "QDROP036", "2 to 8 bits" },
        { new() { Budget = new(-1, BudgetUnit.Bytes) }, "QDROP036", "more than 0" },
        { new() { Budget = new(3, (BudgetUnit)7) }, "QDROP036", "is no unit" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Settings_that_do_not_fit_together_are_refused(
        QuantizationSettings settings, string code, string expected)
    {
        QDropException error = Assert.Throws<QDropException>(settings.Validated);
        Assert.Equal(code, error.Code);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
