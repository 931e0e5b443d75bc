namespace Experiments.Training;

/// <summary>The options of a training run.</summary>
internal sealed record TrainingOptions
{
    /// <summary>File of the weights to begin with; <see langword="null"/> for fresh ones.</summary>
    public string? From { get; init; }

    /// <summary>Passes over the training images.</summary>
    public required int Epochs { get; init; }

    /// <summary>Images in a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Highest learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Weight decay of every parameter.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Seed of the initial weights, of the order of the images and of their augmentation.</summary>
    public required long Seed { get; init; }

    /// <summary>Threads of libtorch. Another number of threads gives another order of sums.</summary>
    public required int Threads { get; init; }

    /// <summary>Share of the steps in which the learning rate rises.</summary>
    public double WarmUp { get; init; } = 0.2;

    /// <summary>Momentum (Nesterov's).</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Gets the learning rate of a step: it rises linearly, then falls to 0 along half a cosine.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Number of steps in the run.</param>
    public double LearningRateAt(int step, int steps)
    {
        double rising = WarmUp * steps;
        return step < rising
            ? LearningRate * (step + 1) / (rising + 1)
            : LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (step - rising) / (steps - rising)));
    }
}
