namespace Deploy;

/// <summary>The classes of CIFAR-10.</summary>
internal static class Labels
{
    /// <summary>Gets the classes, in the order of the model's outputs.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The most probable class, and how probable it is.</summary>
    /// <param name="logits">The model's outputs.</param>
    public static (string Name, double Probability) Best(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            best = logits[i] > logits[best] ? i : best;
        double sum = 0;
        foreach (float logit in logits)
            sum += Math.Exp(logit - logits[best]);
        return (Names[best], 1 / sum);
    }
}
