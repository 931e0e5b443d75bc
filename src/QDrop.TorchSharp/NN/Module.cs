using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The base of all neural network modules: a named tree of parameters, buffers and submodules.</summary>
        public partial class Module : IDisposable
        {
            protected readonly OrderedDict<string, Module> _internal_submodules = new();
            protected readonly OrderedDict<string, Parameter> _internal_params = new();
            protected readonly OrderedDict<string, (Tensor, bool)> _internal_buffers = new();
            protected string name;
            private bool _componentsRegistered;
            private bool _training = true;

            protected Module(string name) => this.name = name;

            /// <summary>Whether the module is in training mode (dropout drops, batch norm uses the batch's statistics).</summary>
            public virtual bool training => _training;

            public virtual string GetName() => name;

            /// <summary>Sets training mode here and in all submodules.</summary>
            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (Module module in _internal_submodules.Values) module.train(train);
            }

            /// <summary>Leaves training mode here and in all submodules.</summary>
            public virtual void eval() => train(false);

            /// <summary>Applies <paramref name="fn"/> to every submodule, children first, then to the module itself.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (Module module in _internal_submodules.Values) module.apply(fn);
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (Parameter parameter in parameters())
                {
                    using Tensor? gradient = parameter.grad;
                    if (gradient is null) continue;
                    if (set_to_none)
                    {
                        parameter.grad = null;
                        continue;
                    }

                    using var _ = no_grad();
                    Aten.Call("detach_", gradient).Dispose();
                    Aten.Call("zero_", gradient).Dispose();
                }
            }

            /// <summary>Registers every field that holds a module, a parameter or a tensor, under the field's name.</summary>
            /// <remarks>Like TorchSharp it sees what reflection sees from the object's own type: all its fields, and those of its base classes that are not private.</remarks>
            protected virtual void RegisterComponents()
            {
                if (_componentsRegistered || !RegistersFields) return;
                foreach (FieldInfo field in GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                {
                    string field_name = field.ComponentName();
                    if (IsRegistered(field_name)) continue;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(field_name, module); break;
                        case Parameter parameter: register_parameter(field_name, parameter); break;
                        case Tensor tensor: register_buffer(field_name, tensor); break;
                        default: break;
                    }
                }

                _componentsRegistered = true;
            }

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    _internal_submodules.Remove(name);
                    return;
                }

                if (string.IsNullOrEmpty(name)) throw new ArgumentException("A module cannot be registered under an empty name.", nameof(name));
                if (name.Contains('.')) throw new ArgumentException($"The module name '{name}' contains '.', which separates the levels of the module tree.", nameof(name));
                if (_internal_submodules.ContainsKey(name)) throw new InvalidOperationException($"Sub-module {name} is already registered.");
                submodule.RegisterComponents();
                _internal_submodules.Add(name, submodule);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null)
                {
                    _internal_params.Remove(name);
                    return;
                }

                if (_internal_params.ContainsKey(name)) throw new InvalidOperationException($"Parameter {name} is already registered.");
                param.DetachFromDisposeScope();
                _internal_params.Add(name, param);
            }

            /// <param name="name">The buffer's name in this module.</param>
            /// <param name="tensor">The buffer; null removes it.</param>
            /// <param name="persistent">Whether the buffer is part of <see cref="state_dict"/>.</param>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null)
                {
                    _internal_buffers.Remove(name);
                    return;
                }

                if (_internal_buffers.ContainsKey(name)) throw new InvalidOperationException($"Tensor {name} is already registered.");
                tensor.DetachFromDisposeScope();
                _internal_buffers.Add(name, (tensor, persistent));
            }

            /// <summary>Registers a parameter, in the place of one of the same name if there is one; null removes it.</summary>
            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null)
                {
                    _internal_params.Remove(name);
                    return;
                }

                value.DetachFromDisposeScope();
                _internal_params[name] = value;
            }

            protected void ConditionallyRegisterParameter(string name, Tensor? value)
                => ConditionallyRegisterParameter(name, value is null ? null : value as Parameter ?? new Parameter(value));

            /// <summary>Registers a buffer, in the place of one of the same name if there is one; null removes it.</summary>
            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is null)
                {
                    _internal_buffers.Remove(name);
                    return;
                }

                value.DetachFromDisposeScope();
                _internal_buffers[name] = (value, persistent);
            }

            /// <summary>Forgets all submodules, without disposing them.</summary>
            protected void ClearModules() => _internal_submodules.clear();

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (Parameter parameter in _internal_params.Values) parameter.Dispose();
                foreach ((Tensor buffer, bool _) in _internal_buffers.Values) buffer.Dispose();
                foreach (Module module in _internal_submodules.Values) module.Dispose();
            }

            private protected virtual bool RegistersFields => true;

            private bool IsRegistered(string name)
                => _internal_submodules.ContainsKey(name) || _internal_params.ContainsKey(name) || _internal_buffers.ContainsKey(name);
        }
    }
}
