using System.Collections.Frozen;
using System.Reflection;

namespace QDrop;

/// <summary>
/// How a <see cref="RangeObserver"/> works. Generator and run time read it from the member of the enumeration.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class ObserverTraitsAttribute : Attribute
{
    /// <summary>Gets or sets whether ranges are searched by their error, not taken from the values.</summary>
    public bool IsSearch { get; set; }

    /// <summary>Gets or sets whether a range is the mean of those of batches.</summary>
    public bool IsAverage { get; set; }
}

/// <summary>The traits of each observer.</summary>
internal static class ObserverTraits
{
    private static readonly FrozenDictionary<RangeObserver, ObserverTraitsAttribute> All =
        Enum.GetValues<RangeObserver>().ToFrozenDictionary(
            static o => o,
            static o => typeof(RangeObserver).GetField(o.ToString())!.GetCustomAttribute<ObserverTraitsAttribute>()
                ?? new ObserverTraitsAttribute());

    extension(RangeObserver observer)
    {
        /// <summary>How the observer works.</summary>
        public ObserverTraitsAttribute Traits => All[observer];
    }
}
