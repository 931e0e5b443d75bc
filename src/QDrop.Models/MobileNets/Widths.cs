using System;

namespace QDrop.Models;

/// <summary>Numbers of channels.</summary>
internal static class Widths
{
    private const int Step = 8;

    /// <summary>Rounds to a multiple of 8, at least 8, and not down by more than a tenth.</summary>
    public static int Rounded(double width)
    {
        int rounded = Math.Max(Step, (int)(width + Step / 2.0) / Step * Step);
        return rounded < 0.9 * width ? rounded + Step : rounded;
    }
}
