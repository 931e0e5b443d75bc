using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace QDrop;

/// <summary>
/// What a budget of bit widths is measured in. All quantized layers count, those whose width is given included.
/// </summary>
public enum BudgetUnit
{
    /// <summary><c>bits</c>: bits of a weight, on average over all weights.</summary>
    Bits,

    /// <summary><c>bits/MAC</c>: bits of a weight, on average over all multiply-accumulates of one input.</summary>
    BitsPerMac,

    /// <summary>
    /// <c>bytes</c>, <c>KiB</c>, <c>MiB</c>: bytes of the weights as the artifact packs them, scales and zero points
    /// apart.
    /// </summary>
    Bytes,

    /// <summary>
    /// <c>MAC-bits</c>, with <c>k</c>, <c>M</c> or <c>G</c> before it for thousands, millions and milliards:
    /// multiply-accumulates of one input, each times the bits of its weight.
    /// </summary>
    MacBits,
}

/// <summary>
/// How much the weights of a model may take in all, so that each layer gets the bit width that suits it. It is written
/// as a number and a unit: <c>3.0 bits</c>, <c>120 KiB</c>, <c>2.5 bits/MAC</c>, <c>120 MMAC-bits</c>.
/// </summary>
/// <param name="Amount">The amount: above 0, for averages of bits from 2 to 8.</param>
/// <param name="Unit">What it is measured in.</param>
[JsonConverter(typeof(BitBudgetConverter))]
public readonly record struct BitBudget(decimal Amount, BudgetUnit Unit)
{
    /// <summary>What is wrong with it; <see langword="null"/> if nothing is.</summary>
    internal string? Fault => Enum.IsDefined(Unit) ? BudgetText.Wrong(Amount, Name(Unit)) : $"{Unit} is no unit";

    /// <summary>Reads a budget.</summary>
    /// <param name="text">A number with a decimal point and a unit, in whatever case.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="QDropException">
    /// QDROP036: the text is no budget; the message says what was expected.
    /// </exception>
    public static BitBudget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string? fault = Read(text, out BitBudget budget);
        return fault is null ? budget : throw new QDropException(Codes.Budget, $"Budget = \"{text}\" cannot be used: {fault}.");
    }

    /// <summary>Reads a budget.</summary>
    /// <param name="text">A number with a decimal point and a unit, in whatever case.</param>
    /// <param name="budget">The budget.</param>
    /// <returns>Whether the text is one.</returns>
    public static bool TryParse(string? text, out BitBudget budget)
    {
        budget = default;
        return text is not null && Read(text, out budget) is null;
    }

    /// <summary>The budget as it is written.</summary>
    /// <returns>Text that <see cref="Parse"/> reads.</returns>
    public override string ToString() => $"{Amount.ToString("0.############################", CultureInfo.InvariantCulture)} {Name(Unit)}";

    private static string? Read(string text, out BitBudget budget)
    {
        string? fault = BudgetText.Read(text, out decimal amount, out string measure);
        budget = fault is null ? new BitBudget(amount, Enum.GetValues<BudgetUnit>().First(u => Name(u) == measure)) : default;
        return fault;
    }

    private static string Name(BudgetUnit unit) => unit switch
    {
        BudgetUnit.Bits => BudgetText.Bits,
        BudgetUnit.BitsPerMac => BudgetText.BitsPerMac,
        BudgetUnit.Bytes => BudgetText.Bytes,
        _ => BudgetText.MacBits,
    };
}

/// <summary>Writes budgets as text, in manifests and reports.</summary>
internal sealed class BitBudgetConverter : JsonConverter<BitBudget>
{
    /// <inheritdoc/>
    public override BitBudget Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && BitBudget.TryParse(reader.GetString(), out BitBudget budget) ? budget : throw new JsonException("A budget is expected.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, BitBudget value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
