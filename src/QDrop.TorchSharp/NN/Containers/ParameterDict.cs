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
            /// <summary>An ordered dictionary of parameters that registers them by their key.</summary>
            public static ParameterDict ParameterDict(params (string, Parameter)[] parameters)
            {
                var dict = new ParameterDict();
                foreach ((string, Parameter) parameter in parameters) dict.Add(parameter);
                return dict;
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>An ordered dictionary of parameters.</summary>
    public class ParameterDict : nn.Module, IDictionary<string, Parameter>, IList<(string, Parameter)>
    {
        private readonly OrderedDict<string, Parameter> _dict = new();

        public ParameterDict() : base(nameof(ParameterDict))
        {
        }

        public ICollection<string> Keys => _dict.Keys;

        public ICollection<Parameter> Values => _dict.Values;

        public int Count => _dict.Count;

        public bool IsReadOnly => false;

        public Parameter this[string key]
        {
            get => _dict[key];
            set
            {
                _dict[key] = value;
                Reregister();
            }
        }

        public (string, Parameter) this[int index]
        {
            get => _dict[index];
            set
            {
                _dict[index] = value;
                Reregister();
            }
        }

        public IEnumerable<string> keys() => _dict.keys();

        public IEnumerable<Parameter> values() => _dict.values();

        public IEnumerator<(string, Parameter)> items() => _dict.items();

        public IEnumerator<(string, Parameter)> GetEnumerator() => _dict.GetEnumerator();

        public void Add(string key, Parameter value)
        {
            _dict.Add(key, value);
            register_parameter(key, value);
        }

        public void Add((string, Parameter) item) => Add(item.Item1, item.Item2);

        public void Add(KeyValuePair<string, Parameter> item) => Add(item.Key, item.Value);

        public void Insert(int index, (string, Parameter) item)
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

        public bool Remove((string, Parameter) item) => Contains(item) && Remove(item.Item1);

        public bool Remove(KeyValuePair<string, Parameter> item) => Remove((item.Key, item.Value));

        public void RemoveAt(int index) => Remove(_dict[index].Item1);

        public void Clear()
        {
            _dict.Clear();
            Reregister();
        }

        public void clear() => Clear();

        public bool ContainsKey(string key) => _dict.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out Parameter value) => _dict.TryGetValue(key, out value);

        public bool Contains((string, Parameter) item) => _dict.Contains(item);

        public bool Contains(KeyValuePair<string, Parameter> item) => _dict.Contains(item);

        public int IndexOf((string, Parameter) item) => _dict.IndexOf(item);

        public void CopyTo((string, Parameter)[] array, int arrayIndex) => _dict.CopyTo(array, arrayIndex);

        public void CopyTo(KeyValuePair<string, Parameter>[] array, int arrayIndex) => _dict.CopyTo(array, arrayIndex);

        IEnumerator<KeyValuePair<string, Parameter>> IEnumerable<KeyValuePair<string, Parameter>>.GetEnumerator()
            => ((IEnumerable<KeyValuePair<string, Parameter>>)_dict).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        protected override void RegisterComponents()
        {
        }

        private void Reregister()
        {
            _internal_params.Clear();
            foreach ((string key, Parameter parameter) in _dict) register_parameter(key, parameter);
        }
    }
}
