using System.Reflection;
using TorchSharp.Utils;

namespace TorchSharp
{
    public static class FieldInfoExtensionMethods
    {
        /// <summary>The name under which a module registers the field: its <see cref="ComponentNameAttribute"/>, else the field's own.</summary>
        public static string ComponentName(this FieldInfo field) => field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
    }
}

namespace TorchSharp.Utils
{
    /// <summary>Registers a module's field under another name than the field's.</summary>
    [AttributeUsage(AttributeTargets.Field)]
    public class ComponentNameAttribute : Attribute
    {
        public string? Name { get; set; }
    }
}
