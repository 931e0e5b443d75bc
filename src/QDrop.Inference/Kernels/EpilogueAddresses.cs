namespace QDrop.Kernels;

/// <summary>An <see cref="Epilogue"/> as kernels read it. 16 numbers can be read beyond the last channel.</summary>
internal unsafe struct EpilogueAddresses
{
    /// <summary>Output as [pixel, channel]: bytes, or float32 if <see cref="InverseSteps"/> is null.</summary>
    public byte* Output;

    /// <summary>Codes or float32 that are added, as [pixel, channel]; null if none are.</summary>
    public byte* Residual;

    /// <summary>Whether what is added is float32.</summary>
    public bool IsResidualFloat;

    /// <summary>What sums are multiplied by.</summary>
    public float* Multipliers;

    /// <summary>What is added.</summary>
    public float* Biases;

    /// <summary>What is added to sums of int32; null if they are float32.</summary>
    public int* Offsets;

    /// <summary>What sums of codes are multiplied by before they are added to sums; null if they are not.</summary>
    public int* Corrections;

    /// <summary>1 / step of the output; null if it is float32.</summary>
    public float* InverseSteps;

    /// <summary>Least code of the output, less its zero point.</summary>
    public float* Leasts;

    /// <summary>Greatest code of the output, less its zero point.</summary>
    public float* Greatests;

    /// <summary>Zero points of the output.</summary>
    public int* ZeroPoints;

    /// <summary>Values from one pixel of output and residual to the next.</summary>
    public nint Stride;

    /// <summary>Step of the residual.</summary>
    public float ResidualStep;

    /// <summary>Zero point of the residual.</summary>
    public int ResidualZeroPoint;

    /// <summary>What smaller values are taken for.</summary>
    public float Low;

    /// <summary>What greater values are taken for.</summary>
    public float High;

    /// <summary>Whether any values are.</summary>
    public bool IsClamped;

    /// <summary>
    /// Whether outputs are codes that stand for 0 with 0, and for nothing below, offsets are 0, and there are no
    /// corrections.
    /// </summary>
    public bool IsCutAtZero;

    /// <summary>Sum of the codes of each pixel of a tile, if there are corrections.</summary>
    public int* CodeSums;

    /// <summary>Whether sums become codes.</summary>
    public readonly bool IsQuantized => InverseSteps is not null;

    /// <summary>Whether sums of int32 become float32.</summary>
    public readonly bool IsFloat => InverseSteps is null && Offsets is not null;
}
