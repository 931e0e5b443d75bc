namespace QDrop.InferenceBenchmarks;

/// <summary>What is timed: a model with its inputs.</summary>
internal interface IRunner : IDisposable
{
    /// <summary>Gets its name.</summary>
    string Name { get; }

    /// <summary>Computes the model once.</summary>
    void Run();

    /// <summary>Gets the elements of the only output of the last run.</summary>
    float[] Output { get; }
}
