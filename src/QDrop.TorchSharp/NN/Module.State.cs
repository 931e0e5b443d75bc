namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters and persistent buffers by their full names: the very tensors, not copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                string before = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach ((string key, Tensor parameter) in named_parameters()) destination.TryAdd(before + key, parameter);
                foreach ((string key, Tensor buffer) in named_buffers(true, false)) destination.TryAdd(before + key, buffer);
                foreach ((string key, Module child) in named_children()) child.state_dict(destination, before + key);
                return destination;
            }

            /// <summary>Copies the values of <paramref name="source"/> into the tensors of the same names.</summary>
            /// <returns>The names that the source lacks, and those that this module lacks.</returns>
            /// <exception cref="InvalidOperationException">With <paramref name="strict"/>, the names differ.</exception>
            /// <exception cref="ArgumentException">A tensor has another shape. Nothing has been copied then.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                ArgumentNullException.ThrowIfNull(source);
                Dictionary<string, Tensor> destination = state_dict();
                bool Kept(string key) => skip is null || !skip.Contains(key);
                List<string> unexpected = [.. source.Keys.Where(key => Kept(key) && !destination.ContainsKey(key))];
                List<string> missing = [.. destination.Keys.Where(key => Kept(key) && !source.ContainsKey(key))];
                if (strict && (unexpected.Count > 0 || missing.Count > 0))
                {
                    throw new InvalidOperationException(
                        $"The loaded state_dict is not identical to the target dictionary. Missing: {Some(missing)}. Unexpected: {Some(unexpected)}.");
                }

                string[] shared = [.. source.Keys.Where(key => Kept(key) && destination.ContainsKey(key))];
                foreach (string key in shared)
                {
                    if (!source[key].shape.SequenceEqual(destination[key].shape))
                    {
                        throw new ArgumentException(
                            $"The loaded tensor '{key}' has shape [{string.Join(", ", source[key].shape)}], but the module's has shape [{string.Join(", ", destination[key].shape)}].", nameof(source));
                    }
                }

                using var _ = no_grad();
                foreach (string key in shared) Aten.Call("copy_", destination[key], source[key]).Dispose();
                return (missing, unexpected);
            }

            private static string Some(List<string> names)
                => names.Count == 0 ? "none" : string.Join(", ", names.Take(8)) + (names.Count > 8 ? $" and {names.Count - 8} more" : "");
        }
    }
}
