using Microsoft.ML.OnnxRuntime;

namespace QDrop.InferenceBenchmarks;

/// <summary>A model in ONNX Runtime, with all of its optimizations.</summary>
internal sealed class OnnxRunner : IRunner
{
    private readonly SessionOptions _options;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _names;
    private readonly OrtValue[] _values;

    /// <param name="name">What it is called.</param>
    /// <param name="path">The model.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="threads">Threads of a call.</param>
    public OnnxRunner(string name, string path, IReadOnlyList<ModelInput> inputs, int threads)
    {
        Name = name;
        _options = new()
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        _session = new(path, _options);
        _names = [.. inputs.Select(static i => i.Name)];
        _values =
        [
            .. inputs.Select(static i => i.Floats is { } floats
                ? OrtValue.CreateTensorValueFromMemory(floats, Array.ConvertAll(i.Shape, static s => (long)s))
                : OrtValue.CreateTensorValueFromMemory(i.Integers!, Array.ConvertAll(i.Shape, static s => (long)s))),
        ];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public float[] Output
    {
        get
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
                _run, _names, _values, _session.OutputNames);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }
    }

    /// <inheritdoc/>
    public void Run()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(
            _run, _names, _values, _session.OutputNames);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OrtValue value in _values)
            value.Dispose();
        _run.Dispose();
        _session.Dispose();
        _options.Dispose();
    }
}
