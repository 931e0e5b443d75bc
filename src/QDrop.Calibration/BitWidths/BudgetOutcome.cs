using System.Text.Json.Serialization;
namespace QDrop.Calibration;

/// <summary>Which bit widths a budget gave to the layers, and what was known of them then.</summary>
/// <param name="Budget">The budget. Amounts are in its unit.</param>
/// <param name="Samples">Calibration inputs on which errors were measured, the first ones.</param>
/// <param name="Layers">The quantized layers, in the order in which they run.</param>
/// <param name="Chosen">The assignment, its error the sum of those of the layers.</param>
/// <param name="Gap">
/// By how much the error of another assignment within the budget could be less: 0, unless the search for a very large
/// model was cut short.
/// </param>
/// <param name="Uniform">
/// The assignments that give one width to every layer whose width is not given, whether they keep the budget or not.
/// </param>
/// <param name="Frontier">The least error for every amount, in order of ascending amounts and falling errors.</param>
/// <param name="FrontierIsComplete">
/// Whether these are all points. Else they are some of those that are best for their amount.
/// </param>
internal sealed record BudgetOutcome(
    BitBudget Budget,
    int Samples,
    IReadOnlyList<LayerBits> Layers,
    BudgetPoint Chosen,
    double Gap,
    IReadOnlyList<BudgetPoint> Uniform,
    IReadOnlyList<BudgetPoint> Frontier,
    bool FrontierIsComplete);

/// <summary>What an assignment of bit widths takes, and its error.</summary>
/// <param name="Amount">What it takes of the budget, in the budget's unit.</param>
/// <param name="Error">The sum of the layers' errors.</param>
/// <param name="Bits">The bit width of an assignment that gives one to all layers.</param>
internal sealed record BudgetPoint(
    double Amount,
    double Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Bits = null);

/// <summary>A layer's bit width, and how sensitive the model is to it.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Weights">Number of its weights.</param>
/// <param name="MultiplyAccumulates">Multiply-accumulates of one input.</param>
/// <param name="Bits">The width that it has.</param>
/// <param name="IsGiven">
/// Whether an attribute, or being the first or last layer, gave the width, rather than the budget.
/// </param>
/// <param name="Errors">
/// Error at the model's end for each width that it could have: Σ (ŷ − y)² / Σ y² of all outputs, y those of the float
/// model, ŷ those with nothing but this layer's weights quantized, rounded to nearest on ranges searched for the width.
/// </param>
internal sealed record LayerBits(
    string Name, long Weights, long MultiplyAccumulates, int Bits, bool IsGiven, IReadOnlyList<WidthError> Errors);

/// <summary>What a layer costs at the model's end with a bit width.</summary>
/// <param name="Bits">The width.</param>
/// <param name="Error">The error.</param>
internal sealed record WidthError(int Bits, double Error);
