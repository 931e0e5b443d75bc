using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    // The memory of a tensor, and tensors in files.
    public partial class Tensor
    {
        /// <summary>The elements, to read and write; <typeparamref name="T"/> must be their very type.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged => new(this);

        /// <summary>The memory of a contiguous tensor. It is the tensor's own: keep the tensor alive while the span is used.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (!is_contiguous()) throw new InvalidOperationException("The bytes of a strided tensor are not in one run; call contiguous() first.");
                return new(DataPointer(), checked((int)(numel() * element_size())));
            }

            set
            {
                Span<byte> target = bytes;
                if (value.Length != target.Length) throw new ArgumentException($"{value.Length} bytes were given for a tensor of {target.Length} bytes.");
                value.CopyTo(target);
                GC.KeepAlive(this);
            }
        }

        /// <summary>Writes the elements, row major and little endian, in pieces of <paramref name="bufferSize"/> bytes.</summary>
        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            using Tensor source = is_contiguous() && is_cpu() ? alias() : cpu().contiguous();
            byte* data = source.DataPointer();
            long length = numel() * element_size();
            for (long at = 0; at < length; at += bufferSize) stream.Write(new ReadOnlySpan<byte>(data + at, (int)Math.Min(bufferSize, length - at)));
        }

        /// <summary>Reads what <see cref="WriteBytesToStream"/> wrote into this tensor's memory.</summary>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            if (!is_contiguous()) throw new InvalidOperationException("Bytes are read into contiguous tensors only; call contiguous() first.");
            byte* data = DataPointer();
            long length = numel() * element_size();
            for (long at = 0; at < length; at += bufferSize) stream.ReadExactly(new Span<byte>(data + at, (int)Math.Min(bufferSize, length - at)));
            GC.KeepAlive(this);
        }

        public void save(string location) => this.Save(location);

        public static Tensor Load(string location)
        {
            using FileStream stream = File.OpenRead(location);
            return Load(stream);
        }

        public static Tensor Load(Stream stream)
        {
            using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            return Load(reader);
        }

        public static Tensor Load(BinaryReader reader) => TensorExtensionMethods.Load(reader);
    }

    public static Tensor load(string location) => Tensor.Load(location);
}
