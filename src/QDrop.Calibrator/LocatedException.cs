namespace QDrop.Calibrator;

/// <summary>An error of which it is known who caused it.</summary>
/// <param name="error">The error.</param>
/// <param name="place">Who caused it.</param>
internal sealed class LocatedException(QDropException error, Place place) : Exception(error.Message, error)
{
    internal string Code => error.Code;

    internal Place Place => place;

    /// <summary>Does something whose errors belong to a place, unless they have one already.</summary>
    internal static T At<T>(Place place, Func<T> function)
    {
        try
        {
            return function();
        }
        catch (QDropException e)
        {
            throw new LocatedException(e, place);
        }
    }
}
