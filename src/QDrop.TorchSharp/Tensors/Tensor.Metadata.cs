namespace TorchSharp;

public static partial class torch
{
    // Shape, type, device and memory layout.
    public partial class Tensor
    {
        public unsafe long[] shape
        {
            get
            {
                nint handle = LiveHandle;
                var sizes = new long[Native.qd_dim(handle)];
                fixed (long* target = sizes) Native.qd_sizes(handle, target);
                GC.KeepAlive(this);
                return sizes;
            }
        }

        public long[] size() => shape;

        public long size(int dim)
        {
            long size = Native.qd_size(LiveHandle, Wrap(dim));
            GC.KeepAlive(this);
            return size;
        }

        public unsafe long[] stride()
        {
            nint handle = LiveHandle;
            var strides = new long[Native.qd_dim(handle)];
            fixed (long* target = strides) Native.qd_strides(handle, target);
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim) => stride()[Wrap(dim)];

        public long dim() => Kept(Native.qd_dim(LiveHandle));
        public long ndim => dim();
        public long Dimensions => dim();
        public long numel() => Kept(Native.qd_numel(LiveHandle));
        public long NumberOfElements => numel();
        public long element_size() => Kept(Native.qd_element_size(LiveHandle));
        public long ElementSize => element_size();
        public long storage_offset() => Kept(Native.qd_storage_offset(LiveHandle));
        public ScalarType dtype => (ScalarType)Kept(Native.qd_dtype(LiveHandle));
        public DeviceType device_type => (DeviceType)Kept(Native.qd_device_type(LiveHandle));
        public int device_index => (int)Kept(Native.qd_device_index(LiveHandle));
        public Device device => device_type is DeviceType.CPU ? CPU : new Device(device_type, device_index);
        public bool is_contiguous() => Kept(Native.qd_is_contiguous(LiveHandle, 0)) != 0;
        public bool is_cpu() => device_type is DeviceType.CPU;
        public bool is_cuda => device_type is DeviceType.CUDA;
        public bool is_meta => device_type is DeviceType.META;
        public bool is_sparse => Kept(Native.qd_layout(LiveHandle)) != 0;

        // Keeps this tensor from being finalized while a native call reads it.
        private long Kept(long value)
        {
            GC.KeepAlive(this);
            return value;
        }

        private long Wrap(int dim)
        {
            long rank = this.dim();
            if (dim < -rank || dim >= rank) throw new ArgumentOutOfRangeException(nameof(dim), dim, $"A tensor with {rank} dimensions takes a dimension from {-rank} to {rank - 1}.");
            return dim < 0 ? dim + rank : dim;
        }
    }
}
