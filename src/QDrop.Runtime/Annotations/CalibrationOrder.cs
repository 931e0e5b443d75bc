namespace QDrop;

/// <summary>When activation ranges are searched.</summary>
public enum CalibrationOrder
{
    /// <summary>All of them before reconstruction, with float weights.</summary>
    UpFront,

    /// <summary>Those of a unit just before its reconstruction, on inputs from the already quantized units.</summary>
    UnitByUnit,
}
