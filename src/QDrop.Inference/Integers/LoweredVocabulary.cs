using QDrop.Operations;

namespace QDrop.Integers;

/// <summary>The operations that programs are computed with: those of files, and others that no file has.</summary>
internal static class LoweredVocabulary
{
    private static readonly Dictionary<string, OperationKind> Kinds = new OperationKind[]
    {
        new ToCodes(),
        new FromCodes(),
        new CodeTable(),
        new CodeSum(),
        new CodeMaxPool(),
        new CodeMean(),
        new FusedConvolution(),
        new FusedLinear(),
        new FusedSoftmax(),
        new MatrixProduct(MatrixProduct.Transposed),
        new CodeMatrixProduct(CodeMatrixProduct.Plain),
        new CodeMatrixProduct(CodeMatrixProduct.Transposed),
    }.ToDictionary(static k => k.Name, StringComparer.Ordinal);

    /// <summary>The operation of a name that is one of them.</summary>
    public static OperationKind Get(string name) => Vocabulary.Find(name) ?? Kinds[name];
}
