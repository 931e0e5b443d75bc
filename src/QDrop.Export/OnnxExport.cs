using Google.Protobuf;
using Onnx;
using QDrop.Graphs;
using QDrop.Operators;
using QDrop.Programs;
using QDrop.Safetensors;

namespace QDrop;

/// <summary>Quantized models as ONNX.</summary>
public static class OnnxExport
{
    // The versions of ONNX that have unsigned integers of 4 and of 2 bits.
    private const int Operators = 21;
    private const int Format = 10;
    private const int OperatorsOf2Bits = 25;
    private const int FormatOf2Bits = 13;
    private const int FormatOfQonnx = 8;

    /// <summary>Writes a program as an ONNX model.</summary>
    /// <param name="program">The program.</param>
    /// <param name="path">The file to write or replace: written aside, then renamed.</param>
    /// <param name="options">How it is written; <see langword="null"/> for the defaults.</param>
    /// <exception cref="QDropException">
    /// QDROP256: an operation of the program cannot be written as ONNX. QDROP260: the file cannot be written.
    /// </exception>
    public static void ToOnnx(this QuantizedProgram program, string path, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] model = Model(program, options ?? new()).ToByteArray();
        AtomicFile.Write(path, stream => stream.Write(model));
    }

    /// <summary>Writes a program as an ONNX model.</summary>
    /// <param name="program">The program.</param>
    /// <param name="stream">Receives the model.</param>
    /// <param name="options">How it is written; <see langword="null"/> for the defaults.</param>
    /// <exception cref="QDropException">
    /// QDROP256: an operation of the program cannot be written as ONNX.
    /// </exception>
    public static void ToOnnx(this QuantizedProgram program, Stream stream, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(stream);
        Model(program, options ?? new()).WriteTo(stream);
    }

    private static ModelProto Model(QuantizedProgram program, OnnxOptions options)
    {
        OnnxGraph graph = Graph(program, options);
        bool isQonnx = options.Format == OnnxFormat.Qonnx;
        bool hasTwoBits = graph.Proto.Initializer.Any(static t => t.DataType == (int)ElementKind.UInt2);
        var model = new ModelProto
        {
            Graph = graph.Proto,
            IrVersion = isQonnx ? FormatOfQonnx : hasTwoBits ? FormatOf2Bits : Format,
            ProducerName = "QDrop",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version!.ToString(3),
        };
        graph.Proto.Name = program.Model;
        model.OpsetImport.Add(new OperatorSetIdProto
        {
            Version = isQonnx ? OperatorVersions.Of(graph.Proto) : hasTwoBits ? OperatorsOf2Bits : Operators,
        });
        foreach (string domain in graph.Domains)
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 });
        foreach ((string key, string value) in program.Data?.Origin ?? [])
            model.MetadataProps.Add(new StringStringEntryProto { Key = $"qdrop.{key}", Value = value });
        return model;
    }

    private static OnnxGraph Graph(QuantizedProgram program, OnnxOptions options)
    {
        try
        {
            return Write(program.Graph);
        }
        catch (OperationNotOnnxException e)
        {
            string place = e.Operation.Place.Length > 0 ? $" at '{e.Operation.Place}'" : "";
            throw Refuse($"its operation '{e.Operation.Name}'{place} has no place there: {e.Message}", e);
        }
        catch (InvalidProgramGraphException e)
        {
            throw Refuse($"it takes inputs of none of the sizes that were tried: {e.Message.TrimEnd('.')}", e);
        }

        OnnxGraph Write(ProgramGraph graph)
        {
            try
            {
                return ProgramWriter.Write(graph, program.Data, options);
            }
            catch (OperationNotOnnxException)
            {
                // What cannot be written for all sizes may be written for those that are there.
                return ProgramWriter.Write(WithSizes(graph, options.Samples?.InputValues()), program.Data, options);
            }
        }

        QDropException Refuse(string why, Exception e) => new(
            Codes.NotOnnx,
            $"'{program.Model}' cannot be written as ONNX: {why}. Run it with QuantizedProgram, leave that part out of "
                + "the model, or give Samples, whose sizes count where they must be known.",
            e);
    }

    /// <summary>
    /// The program for inputs of some sizes, those of samples or those that it was recorded with, and any number of
    /// samples.
    /// </summary>
    private static ProgramGraph WithSizes(ProgramGraph graph, IReadOnlyList<Constant>? samples) => graph with
    {
        Inputs =
        [
            .. graph.Inputs.Select((input, i) => input with
            {
                Shape =
                [
                    .. input.Shape.Select((s, d) => s >= 0 || d == 0 ? s : samples?[i].Shape[d] ?? input.Recorded[d]),
                ],
            }),
        ],
    };
}
