using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace QDrop.Kernels;

/// <summary>Which instruction sets this processor has.</summary>
internal static class InstructionSets
{
    /// <summary>All of them, the widest last.</summary>
    public static ReadOnlySpan<InstructionSet> All =>
    [
        InstructionSet.Portable,
        InstructionSet.ArmDot,
        InstructionSet.Ssse3,
        InstructionSet.Avx2,
        InstructionSet.AvxVnni,
        InstructionSet.Avx512,
    ];

    /// <summary>The fastest one that this processor has.</summary>
    public static InstructionSet Best
    {
        get
        {
            if (IsSupported(InstructionSet.Avx512))
                return InstructionSet.Avx512;
            if (IsSupported(InstructionSet.AvxVnni))
                return InstructionSet.AvxVnni;
            if (IsSupported(InstructionSet.Avx2))
                return InstructionSet.Avx2;
            if (IsSupported(InstructionSet.Ssse3))
                return InstructionSet.Ssse3;
            return IsSupported(InstructionSet.ArmDot) ? InstructionSet.ArmDot : InstructionSet.Portable;
        }
    }

    /// <summary>Whether this processor has an instruction set.</summary>
    /// <param name="set">The instruction set.</param>
    public static bool IsSupported(InstructionSet set) => set switch
    {
        InstructionSet.Portable => true,
        InstructionSet.ArmDot => Dp.IsSupported,
        InstructionSet.Ssse3 => Ssse3.IsSupported,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        InstructionSet.AvxVnni => Avx2.IsSupported && Fma.IsSupported && AvxVnni.IsSupported,
        InstructionSet.Avx512 => Avx512BW.IsSupported && Avx512BW.VL.IsSupported && Fma.IsSupported,
        _ => false,
    };
}
