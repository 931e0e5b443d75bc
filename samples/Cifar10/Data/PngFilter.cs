namespace Cifar10.Data;

/// <summary>The five row filters of PNG (ISO/IEC 15948, clause 9).</summary>
internal static class PngFilter
{
    /// <summary>Undoes a row's filter in place.</summary>
    /// <param name="filter">Filter type, 0 to 4; -1 where the data ended.</param>
    /// <param name="row">The filtered row.</param>
    /// <param name="above">The row above, already unfiltered; zeros for the first one.</param>
    /// <param name="pixel">Bytes in a pixel.</param>
    /// <exception cref="InvalidDataException">There is no such filter.</exception>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        switch (filter)
        {
            case 0:
                break;
            case 1:
                for (var i = pixel; i < row.Length; i++)
                    row[i] += row[i - pixel];
                break;
            case 2:
                for (var i = 0; i < row.Length; i++)
                    row[i] += above[i];
                break;
            case 3:
                for (var i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i < pixel ? 0 : row[i - pixel]) + above[i]) / 2);
                break;
            case 4:
                for (var i = 0; i < row.Length; i++)
                    row[i] += i < pixel ? above[i] : Paeth(row[i - pixel], above[i], above[i - pixel]);
                break;
            case -1:
                throw new InvalidDataException("its image data end before the last row.");
            default:
                throw new InvalidDataException($"a row has filter type {filter}, expected 0 to 4.");
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        var toLeft = Math.Abs(above - corner);
        var toAbove = Math.Abs(left - corner);
        var toCorner = Math.Abs(left + above - 2 * corner);
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }
}
