using System.Collections.Frozen;
using System.Reflection;

namespace QDrop;

/// <summary>The traits of each method.</summary>
internal static class MethodTraits
{
    private static readonly FrozenDictionary<Method, MethodTraitsAttribute> All = Enum.GetValues<Method>()
        .ToFrozenDictionary(
            static m => m,
            static m =>
                typeof(Method).GetField(m.ToString())!.GetCustomAttribute<MethodTraitsAttribute>()
                ?? throw new InvalidOperationException($"Method.{m} has no [MethodTraits]."));

    extension(Method method)
    {
        /// <summary>What the method learns, needs and ignores.</summary>
        public MethodTraitsAttribute Traits => All[method];
    }
}
