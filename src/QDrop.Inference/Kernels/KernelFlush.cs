namespace QDrop.Kernels;

/// <summary>What happens to the sums in registers behind a run.</summary>
internal enum KernelFlush
{
    /// <summary>They stay there: the next run cannot overflow them.</summary>
    None,

    /// <summary>They are widened and stored, as the first of a pixel.</summary>
    Store,

    /// <summary>They are widened and added to those stored before.</summary>
    Add,
}
