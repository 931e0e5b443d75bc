using System.Collections;
using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A list of parameters that registers them by their index.</summary>
            public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>A list of parameters, named by their index.</summary>
    public class ParameterList : nn.Module, IList<Parameter>
    {
        private readonly List<Parameter> _list = [];

        public ParameterList(params Parameter[] parameters) : base(nameof(ParameterList)) => extend(parameters);

        public int Count => _list.Count;

        public bool IsReadOnly => false;

        public Parameter this[int index]
        {
            get => _list[index];
            set
            {
                _list[index] = value;
                Renumber();
            }
        }

        public void Add(Parameter item)
        {
            _list.Add(item);
            register_parameter((_list.Count - 1).ToString(CultureInfo.InvariantCulture), item);
        }

        public void append(params Parameter[] parameters) => extend(parameters);

        public void extend(IEnumerable<Parameter> parameters)
        {
            foreach (Parameter parameter in parameters) Add(parameter);
        }

        public void Insert(int index, Parameter item)
        {
            _list.Insert(index, item);
            Renumber();
        }

        public bool Remove(Parameter item)
        {
            if (!_list.Remove(item)) return false;
            Renumber();
            return true;
        }

        public void RemoveAt(int index)
        {
            _list.RemoveAt(index);
            Renumber();
        }

        public void Clear()
        {
            _list.Clear();
            Renumber();
        }

        public bool Contains(Parameter item) => _list.Contains(item);

        public int IndexOf(Parameter item) => _list.IndexOf(item);

        public void CopyTo(Parameter[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);

        public IEnumerator<Parameter> GetEnumerator() => _list.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        protected override void RegisterComponents()
        {
        }

        private void Renumber()
        {
            _internal_params.Clear();
            for (int i = 0; i < _list.Count; i++) register_parameter(i.ToString(CultureInfo.InvariantCulture), _list[i]);
        }
    }
}
