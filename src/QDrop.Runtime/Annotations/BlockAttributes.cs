namespace QDrop;

/// <summary>Makes the module class one unit of reconstruction, whether or not its <c>forward</c> has a join; or, with <see langword="false"/>, none.</summary>
/// <param name="isBlock">Whether the class is one unit.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class QuantizationBlockAttribute(bool isBlock = true) : Attribute
{
    /// <summary>Whether the class is one unit of reconstruction.</summary>
    public bool IsBlock { get; } = isBlock;
}
