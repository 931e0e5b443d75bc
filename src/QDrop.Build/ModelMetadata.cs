using Microsoft.Build.Framework;
using QDrop.Protocol;

namespace QDrop.Build;

/// <summary>
/// What a <c>QDropModel</c> item says. The build passes every name on: which ones mean something the worker knows.
/// </summary>
internal static class ModelMetadata
{
    /// <summary>Gets the item's metadata that have a value, in the order of their names.</summary>
    internal static IEnumerable<NamedValue> Of(ITaskItem item) => item.CloneCustomMetadata().Keys.Cast<string>()
        .OrderBy(static name => name, StringComparer.Ordinal)
        .Select(name => new NamedValue { Name = name, Value = item.GetMetadata(name) })
        .Where(static metadatum => metadatum.Value.Length > 0);
}
