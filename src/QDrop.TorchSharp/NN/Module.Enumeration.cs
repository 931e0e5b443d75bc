using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>The direct submodules, in the order of registration.</summary>
            public virtual IEnumerable<(string name, Module module)> named_children() => Pairs(_internal_submodules);

            public virtual IEnumerable<Module> children() => named_children().Select(child => child.module);

            /// <summary>All submodules with their full names: the direct ones first, then those of each. The module itself is not among them.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach ((string child_name, Module child) in named_children()) yield return (child_name, child);
                foreach ((string child_name, Module child) in named_children())
                    foreach ((string below, Module module) in child.named_modules()) yield return ($"{child_name}.{below}", module);
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(module => module.module);

            /// <summary>The module's parameters, each once, its own first.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach ((string own, Parameter parameter) in Pairs(_internal_params))
                    if (seen.Add(parameter)) yield return (own, parameter);
                if (!recurse) yield break;
                foreach ((string child_name, Module child) in named_children())
                    foreach ((string below, Parameter parameter) in child.named_parameters(true))
                        if (seen.Add(parameter)) yield return ($"{child_name}.{below}", parameter);
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(parameter => parameter.parameter);

            /// <summary>The module's buffers, each once, its own first.</summary>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
                foreach ((string own, (Tensor buffer, bool persistent)) in Pairs(_internal_buffers))
                    if ((persistent || include_nonpersistent) && seen.Add(buffer)) yield return (own, buffer);
                if (!recurse) yield break;
                foreach ((string child_name, Module child) in named_children())
                    foreach ((string below, Tensor buffer) in child.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer)) yield return ($"{child_name}.{below}", buffer);
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true)
                => named_buffers(recurse, include_nonpersistent).Select(buffer => buffer.buffer);

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            /// <summary>The parameter of this (dotted) name, or null.</summary>
            public virtual Parameter? get_parameter(string target)
            {
                ArgumentNullException.ThrowIfNull(target);
                if (_internal_params.TryGetValue(target, out Parameter? parameter)) return parameter;
                return Below(target) is var (module, rest) ? module.get_parameter(rest) : null;
            }

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            /// <summary>The buffer of this (dotted) name, or null.</summary>
            public virtual Tensor? get_buffer(string target)
            {
                ArgumentNullException.ThrowIfNull(target);
                if (_internal_buffers.TryGetValue(target, out (Tensor, bool) buffer)) return buffer.Item1;
                return Below(target) is var (module, rest) ? module.get_buffer(rest) : null;
            }

            private (Module, string)? Below(string target)
            {
                int dot = target.IndexOf('.');
                return dot > 0 && _internal_submodules.TryGetValue(target[..dot], out Module? module) ? (module, target[(dot + 1)..]) : null;
            }

            // A snapshot: users replace submodules while they walk the tree.
            private static List<(string, T)> Pairs<T>(Utils.OrderedDict<string, T> components)
            {
                var pairs = new List<(string, T)>(components.Count);
                foreach ((string key, T value) in components) pairs.Add((key, value));
                return pairs;
            }
        }
    }
}
