namespace QDrop.InferenceBenchmarks;

/// <summary>A program in QDrop's engine.</summary>
internal sealed class OwnRunner : IRunner
{
    private readonly QuantizedProgram _program;
    private readonly ProgramCall _call;

    /// <param name="path">The artifact.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="threads">Threads of a call.</param>
    public OwnRunner(string path, IReadOnlyList<ModelInput> inputs, int threads)
    {
        _program = QuantizedProgram.Load(path, new() { Threads = threads });
        _call = ModelInput.Call(_program, inputs);
    }

    /// <inheritdoc/>
    public string Name => "QDrop";

    /// <inheritdoc/>
    public float[] Output => _call.GetOutput<float>(_program.Outputs[0].Name).ToArray();

    /// <inheritdoc/>
    public void Run() => _call.Run();

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();
}
