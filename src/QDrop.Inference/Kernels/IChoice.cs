namespace QDrop.Kernels;

/// <summary>A choice that is made when a kernel is compiled.</summary>
internal interface IChoice
{
    /// <summary>Whether it is for.</summary>
    static abstract bool IsMade { get; }

    /// <summary>Whether it is for float32 instead of codes.</summary>
    static virtual bool IsFloat => false;
}
