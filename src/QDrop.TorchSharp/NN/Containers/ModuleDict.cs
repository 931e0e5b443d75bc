using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>An ordered dictionary of modules that registers them by their key.</summary>
            public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules) where T : Module
            {
                var dict = new ModuleDict<T>();
                foreach ((string, T) module in modules) dict.Add(module);
                return dict;
            }

            public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>An ordered dictionary of modules.</summary>
    public class ModuleDict<T> : nn.Module, IDictionary<string, T>, IList<(string, T)> where T : nn.Module
    {
        private readonly OrderedDict<string, T> _dict = new();

        public ModuleDict() : base(nameof(ModuleDict<T>))
        {
        }

        public ICollection<string> Keys => _dict.Keys;

        public ICollection<T> Values => _dict.Values;

        public int Count => _dict.Count;

        public bool IsReadOnly => false;

        public T this[string key]
        {
            get => _dict[key];
            set
            {
                _dict[key] = value;
                Reregister();
            }
        }

        public (string, T) this[int index]
        {
            get => _dict[index];
            set
            {
                _dict[index] = value;
                Reregister();
            }
        }

        public IEnumerable<string> keys() => _dict.keys();

        public IEnumerable<T> values() => _dict.values();

        public IEnumerator<(string, T)> items() => _dict.items();

        public IEnumerator<(string, T)> GetEnumerator() => _dict.GetEnumerator();

        public void Add(string key, T value)
        {
            _dict.Add(key, value);
            register_module(key, value);
        }

        public void Add((string, T) item) => Add(item.Item1, item.Item2);

        public void Add(KeyValuePair<string, T> item) => Add(item.Key, item.Value);

        public void Insert(int index, (string, T) item)
        {
            _dict.Insert(index, item);
            Reregister();
        }

        public bool Remove(string key)
        {
            if (!_dict.Remove(key)) return false;
            Reregister();
            return true;
        }

        public bool Remove((string, T) item) => Contains(item) && Remove(item.Item1);

        public bool Remove(KeyValuePair<string, T> item) => Remove((item.Key, item.Value));

        public void RemoveAt(int index) => Remove(_dict[index].Item1);

        public void Clear()
        {
            _dict.Clear();
            Reregister();
        }

        public void clear() => Clear();

        public bool ContainsKey(string key) => _dict.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _dict.TryGetValue(key, out value);

        public bool Contains((string, T) item) => _dict.Contains(item);

        public bool Contains(KeyValuePair<string, T> item) => _dict.Contains(item);

        public int IndexOf((string, T) item) => _dict.IndexOf(item);

        public void CopyTo((string, T)[] array, int arrayIndex) => _dict.CopyTo(array, arrayIndex);

        public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) => _dict.CopyTo(array, arrayIndex);

        IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator()
            => ((IEnumerable<KeyValuePair<string, T>>)_dict).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        protected override void RegisterComponents()
        {
        }

        private void Reregister()
        {
            ClearModules();
            foreach ((string key, T module) in _dict) register_module(key, module);
        }
    }
}
