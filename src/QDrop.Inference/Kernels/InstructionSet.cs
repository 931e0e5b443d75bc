namespace QDrop.Kernels;

/// <summary>What kernels are written in. All of them give the same bytes.</summary>
internal enum InstructionSet
{
    /// <summary>Vectors of 128 bits, or what .NET makes of them on a processor that has none.</summary>
    Portable,

    /// <summary>Arm's dot products of 4 bytes (FEAT_DotProd), vectors of 128 bits.</summary>
    ArmDot,

    /// <summary>SSSE3, vectors of 128 bits: what a program has that is compiled ahead of time for any x64.</summary>
    Ssse3,

    /// <summary>AVX2 and FMA, vectors of 256 bits.</summary>
    Avx2,

    /// <summary>AVX2 with dot products of 4 bytes (AVX-VNNI), vectors of 256 bits.</summary>
    AvxVnni,

    /// <summary>AVX-512 with BW and VL, vectors of 512 bits.</summary>
    Avx512,
}
