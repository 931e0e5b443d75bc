using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Sequential Sequential() => new(Array.Empty<(string, Module<Tensor, Tensor>)>());

            /// <summary>A chain of modules; those without a name are named by their index.</summary>
            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);

            public static Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules)
                => new(Array.ConvertAll(modules, module => (module.Item1, module.Item2)));

            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);

            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new([.. modules]);

            public static Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules)
                => new([.. modules.Select(module => (module.Item1, module.Item2))]);

            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new(modules.ToArray());
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Modules applied one after the other. Intermediate results are disposed.</summary>
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        protected internal Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
        {
            foreach ((string name, nn.Module<Tensor, Tensor> module) in modules) register_module(name, module);
        }

        protected internal Sequential(params nn.Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
        {
            foreach (nn.Module<Tensor, Tensor> module in modules) append(module);
        }

        public int Count => _internal_submodules.Count;

        public IModule<Tensor, Tensor> this[int index] => (IModule<Tensor, Tensor>)_internal_submodules[index].Item2;

        /// <summary>The modules from the first index up to, but not including, the second. They are shared, not copied.</summary>
        public Sequential this[(int? start, int? end) index]
            => Slice(index.start ?? 0, Chain.End(index.end, Count));

        public Sequential this[Range index]
        {
            get
            {
                (int start, int length) = index.GetOffsetAndLength(Count);
                return Slice(start, start + length);
            }
        }

        public Sequential append(IModule<Tensor, Tensor> module) => append(Count.ToString(System.Globalization.CultureInfo.InvariantCulture), module);

        public Sequential append(string name, IModule<Tensor, Tensor> module)
        {
            register_module(name, (nn.Module)module);
            return this;
        }

        public override Tensor forward(Tensor tensor)
        {
            if (Count == 0) return Aten.Call("alias", tensor);
            Tensor current = tensor;
            for (int i = 0; i < Count; i++)
            {
                Tensor next = this[i].call(current);
                if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next)) current.Dispose();
                current = next;
            }

            return current;
        }

        // The fields of a derived class are not layers: only what was added is.
        private protected override bool RegistersFields => false;

        private Sequential Slice(int start, int end)
        {
            if (start < 0 || start > Count) throw new IndexOutOfRangeException($"{start} is not a valid start index of a Sequential of {Count} modules.");
            if (end < start || end > Count) throw new IndexOutOfRangeException($"{end} is not a valid end index of a Sequential of {Count} modules.");
            var slice = new Sequential(Array.Empty<nn.Module<Tensor, Tensor>>());
            for (int i = start; i < end; i++) slice.register_module(_internal_submodules[i].Item1, _internal_submodules[i].Item2);
            return slice;
        }
    }
}
