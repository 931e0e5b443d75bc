namespace TorchSharp.Modules;

/// <summary>The hyperparameters of a parameter group. Null means: take the optimizer's default.</summary>
public class OptimizerOptions
{
    public double? LearningRate { get; set; }

    public double InitialLearningRate { get; set; }

    public virtual void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(InitialLearningRate);
        writer.Write(LearningRate!.Value);
    }

    public virtual void LoadStateDict(BinaryReader reader)
    {
        InitialLearningRate = reader.ReadDouble();
        LearningRate = reader.ReadDouble();
    }

    public virtual void LoadStateDict(OptimizerOptions source)
    {
        InitialLearningRate = source.InitialLearningRate;
        LearningRate = source.LearningRate;
    }

    /// <summary>Casts another optimizer's options to this kind, or says what was found instead.</summary>
    internal static T Expect<T>(OptimizerOptions source) where T : OptimizerOptions => source as T
        ?? throw new ArgumentException($"The options are of type {source.GetType()}, expected {typeof(T)}: take them from an optimizer of the same kind.", nameof(source));
}
