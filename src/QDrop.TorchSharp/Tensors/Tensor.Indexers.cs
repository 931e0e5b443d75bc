namespace TorchSharp;

public static partial class torch
{
    // Indexers. Numbers, slices and new axes give views; tensors and truth values copy.
    public partial class Tensor
    {
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices, false);
        }

        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices, false);
        }

        public Tensor this[params long[] indices]
        {
            get => At(indices);
            set => Assign(indices, value);
        }

        public Tensor this[long i1]
        {
            get => At([i1]);
            set => Assign([i1], value);
        }

        public Tensor this[long i1, long i2]
        {
            get => At([i1, i2]);
            set => Assign([i1, i2], value);
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => At([i1, i2, i3]);
            set => Assign([i1, i2, i3], value);
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => At([i1, i2, i3, i4]);
            set => Assign([i1, i2, i3, i4], value);
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => At([i1, i2, i3, i4, i5]);
            set => Assign([i1, i2, i3, i4, i5], value);
        }

        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => At([i1, i2, i3, i4, i5, i6]);
            set => Assign([i1, i2, i3, i4, i5, i6], value);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor view, List<Tensor?> advanced) = Apply(indices);
            return (advanced.Count == 0 ? view : Aten.Call("index.Tensor", view, Value.OptionalTensors(advanced))).MoveToOuterDisposeScope();
        }

        public Tensor index(params Tensor[] indices) => Aten.Call("index.Tensor", this, Value.OptionalTensors(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor view, List<Tensor?> advanced) = Apply(indices);
            Tensor typed = value.dtype == dtype ? value : value.to(dtype);
            if (advanced.Count > 0) Aten.CallVoid("index_put_", view, Value.OptionalTensors(advanced), typed, accumulate);
            else if (accumulate) view.add_(Fit(typed, view));
            else view.copy_(Fit(typed, view));
            return this;
        }

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            InPlace("index_put_", this, Value.OptionalTensors(indices), value, accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using DisposeScope scope = NewDisposeScope();
            return index_put_(torch.full(Array.Empty<long>(), value, dtype), indices);
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using DisposeScope scope = NewDisposeScope();
            return index_put_(torch.full(Array.Empty<long>(), value, dtype), indices);
        }

        private Tensor At(ReadOnlySpan<long> indices)
        {
            Tensor view = Aten.Call("select.int", this, 0, indices[0]);
            for (int i = 1; i < indices.Length; i++)
            {
                using Tensor outer = view;
                view = Aten.Call("select.int", outer, 0, indices[i]);
            }
            return view;
        }

        private void Assign(ReadOnlySpan<long> indices, Tensor value)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor target = At(indices);
            target.copy_(Fit(value, target));
        }

        // Leading dimensions of size 1 beyond the target's are dropped, as in Python.
        private static Tensor Fit(Tensor value, Tensor target)
        {
            while (value.dim() > target.dim() && value.size(0) == 1) value = value.squeeze(0);
            return value;
        }

        // Takes the indices in turn. The view has every number, slice and new axis applied; what remains are index tensors by dimension.
        private (Tensor View, List<Tensor?> Advanced) Apply(ReadOnlySpan<TensorIndex> indices)
        {
            long consumed = 0;
            foreach (TensorIndex index in indices)
            {
                if (index.Kind is IndexKind.Slice or IndexKind.Single) consumed++;
                else if (index.Kind is IndexKind.Tensor) consumed += index.IndexTensor!.dtype is ScalarType.Bool or ScalarType.Byte ? index.IndexTensor.dim() : 1;
            }
            if (consumed > dim()) throw new ArgumentException($"{consumed} indices were given for a tensor of {dim()} dimensions.");
            Tensor view = alias();
            var advanced = new List<Tensor?>();
            long at = 0;
            foreach (TensorIndex index in indices)
            {
                switch (index.Kind)
                {
                    case IndexKind.NewAxis:
                        view = view.unsqueeze(at++);
                        break;
                    case IndexKind.Ellipsis:
                        at += dim() - consumed;
                        break;
                    case IndexKind.Slice:
                        if (index.Start is not null || index.Stop is not null || index.Step is not null)
                            view = Aten.Call("slice.Tensor", view, at, index.Start, index.Stop, index.Step ?? 1);
                        at++;
                        break;
                    case IndexKind.Single:
                        view = view.select(at, index.Start!.Value);
                        break;
                    case IndexKind.Bool:
                        view = view.unsqueeze(at);
                        Record(advanced, at++, torch.zeros(index.Start!.Value, int64));
                        break;
                    case IndexKind.Tensor when index.IndexTensor!.dim() == 0 && index.IndexTensor.dtype is not (ScalarType.Bool or ScalarType.Byte):
                        view = view.select(at, index.IndexTensor.ToInt64());
                        break;
                    case IndexKind.Tensor when index.IndexTensor!.dim() == 0:
                        view = view.unsqueeze(at);
                        Record(advanced, at++, torch.zeros(index.IndexTensor.ToBoolean() ? 1L : 0, int64));
                        break;
                    default:
                        Record(advanced, at++, index.IndexTensor!);
                        break;
                }
            }
            return (view, advanced);
        }

        private static void Record(List<Tensor?> advanced, long at, Tensor index)
        {
            while (advanced.Count <= at) advanced.Add(null);
            advanced[(int)at] = index;
        }
    }
}
