using QDrop.CompilerServices;
using QDrop.Models;

namespace QDrop;

/// <summary>What quantized models in memory become.</summary>
public static class QuantizedModuleExtensions
{
    /// <summary>
    /// The quantized model as a program, which runs in integers, faster, and without libtorch: what the build leaves in
    /// the artifact, made in code.
    /// </summary>
    /// <typeparam name="T">Input of the model.</typeparam>
    /// <typeparam name="TResult">Result of the model.</typeparam>
    /// <param name="model">The quantized model, as <c>LoadQuantized()</c> gives it.</param>
    /// <param name="example">
    /// An input of the model, of the sizes that the program is to take. The number of samples is open, and other sizes
    /// where the model takes others.
    /// </param>
    /// <param name="options">How the program runs; <see langword="null"/> for one thread.</param>
    /// <returns>The program, with copies of weights and constants. The caller disposes it.</returns>
    /// <remarks>The model is called several times; nobody else may call it meanwhile.</remarks>
    /// <exception cref="InvalidOperationException">The model is not quantized yet, or is in training mode.</exception>
    /// <exception cref="QDropException">QDROP255: the model cannot be a program.</exception>
    public static QuantizedProgram ToProgram<T, TResult>(
        this QuantizedModule<T, TResult> model, T example, QuantizedProgramOptions? options = null) =>
        Program(model, options, example);

    /// <inheritdoc cref="ToProgram{T, TResult}"/>
    /// <typeparam name="T1">First input of the model.</typeparam>
    /// <typeparam name="T2">Second input of the model.</typeparam>
    /// <typeparam name="TResult">Result of the model.</typeparam>
    /// <param name="model">The quantized model, as <c>LoadQuantized()</c> gives it.</param>
    /// <param name="first">First input, of the sizes that the program is to take.</param>
    /// <param name="second">Second input, of the sizes that the program is to take.</param>
    /// <param name="options">How the program runs; <see langword="null"/> for one thread.</param>
    public static QuantizedProgram ToProgram<T1, T2, TResult>(
        this QuantizedModule<T1, T2, TResult> model,
        T1 first, T2 second,
        QuantizedProgramOptions? options = null) =>
        Program(model, options, first, second);

    /// <inheritdoc cref="ToProgram{T, TResult}"/>
    /// <typeparam name="T1">First input of the model.</typeparam>
    /// <typeparam name="T2">Second input of the model.</typeparam>
    /// <typeparam name="T3">Third input of the model.</typeparam>
    /// <typeparam name="TResult">Result of the model.</typeparam>
    /// <param name="model">The quantized model, as <c>LoadQuantized()</c> gives it.</param>
    /// <param name="first">First input, of the sizes that the program is to take.</param>
    /// <param name="second">Second input, of the sizes that the program is to take.</param>
    /// <param name="third">Third input, of the sizes that the program is to take.</param>
    /// <param name="options">How the program runs; <see langword="null"/> for one thread.</param>
    public static QuantizedProgram ToProgram<T1, T2, T3, TResult>(
        this QuantizedModule<T1, T2, T3, TResult> model,
        T1 first, T2 second, T3 third,
        QuantizedProgramOptions? options = null) =>
        Program(model, options, first, second, third);

    /// <inheritdoc cref="ToProgram{T, TResult}"/>
    /// <typeparam name="T1">First input of the model.</typeparam>
    /// <typeparam name="T2">Second input of the model.</typeparam>
    /// <typeparam name="T3">Third input of the model.</typeparam>
    /// <typeparam name="T4">Fourth input of the model.</typeparam>
    /// <typeparam name="TResult">Result of the model.</typeparam>
    /// <param name="model">The quantized model, as <c>LoadQuantized()</c> gives it.</param>
    /// <param name="first">First input, of the sizes that the program is to take.</param>
    /// <param name="second">Second input, of the sizes that the program is to take.</param>
    /// <param name="third">Third input, of the sizes that the program is to take.</param>
    /// <param name="fourth">Fourth input, of the sizes that the program is to take.</param>
    /// <param name="options">How the program runs; <see langword="null"/> for one thread.</param>
    public static QuantizedProgram ToProgram<T1, T2, T3, T4, TResult>(
        this QuantizedModule<T1, T2, T3, T4, TResult> model,
        T1 first, T2 second, T3 third, T4 fourth,
        QuantizedProgramOptions? options = null) =>
        Program(model, options, first, second, third, fourth);

    /// <inheritdoc cref="ToProgram{T, TResult}"/>
    /// <typeparam name="T1">First input of the model.</typeparam>
    /// <typeparam name="T2">Second input of the model.</typeparam>
    /// <typeparam name="T3">Third input of the model.</typeparam>
    /// <typeparam name="T4">Fourth input of the model.</typeparam>
    /// <typeparam name="T5">Fifth input of the model.</typeparam>
    /// <typeparam name="TResult">Result of the model.</typeparam>
    /// <param name="model">The quantized model, as <c>LoadQuantized()</c> gives it.</param>
    /// <param name="first">First input, of the sizes that the program is to take.</param>
    /// <param name="second">Second input, of the sizes that the program is to take.</param>
    /// <param name="third">Third input, of the sizes that the program is to take.</param>
    /// <param name="fourth">Fourth input, of the sizes that the program is to take.</param>
    /// <param name="fifth">Fifth input, of the sizes that the program is to take.</param>
    /// <param name="options">How the program runs; <see langword="null"/> for one thread.</param>
    public static QuantizedProgram ToProgram<T1, T2, T3, T4, T5, TResult>(
        this QuantizedModule<T1, T2, T3, T4, T5, TResult> model,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth,
        QuantizedProgramOptions? options = null) =>
        Program(model, options, first, second, third, fourth, fifth);

    /// <inheritdoc cref="ToProgram{T, TResult}"/>
    /// <typeparam name="T1">First input of the model.</typeparam>
    /// <typeparam name="T2">Second input of the model.</typeparam>
    /// <typeparam name="T3">Third input of the model.</typeparam>
    /// <typeparam name="T4">Fourth input of the model.</typeparam>
    /// <typeparam name="T5">Fifth input of the model.</typeparam>
    /// <typeparam name="T6">Sixth input of the model.</typeparam>
    /// <typeparam name="TResult">Result of the model.</typeparam>
    /// <param name="model">The quantized model, as <c>LoadQuantized()</c> gives it.</param>
    /// <param name="first">First input, of the sizes that the program is to take.</param>
    /// <param name="second">Second input, of the sizes that the program is to take.</param>
    /// <param name="third">Third input, of the sizes that the program is to take.</param>
    /// <param name="fourth">Fourth input, of the sizes that the program is to take.</param>
    /// <param name="fifth">Fifth input, of the sizes that the program is to take.</param>
    /// <param name="sixth">Sixth input, of the sizes that the program is to take.</param>
    /// <param name="options">How the program runs; <see langword="null"/> for one thread.</param>
    public static QuantizedProgram ToProgram<T1, T2, T3, T4, T5, T6, TResult>(
        this QuantizedModule<T1, T2, T3, T4, T5, T6, TResult> model,
        T1 first, T2 second, T3 third, T4 fourth, T5 fifth, T6 sixth,
        QuantizedProgramOptions? options = null) =>
        Program(model, options, first, second, third, fourth, fifth, sixth);

    private static QuantizedProgram Program(
        IModelTwin model, QuantizedProgramOptions? options, params object?[] examples)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ProgramRecording.Program(model, new(examples), options);
    }
}
