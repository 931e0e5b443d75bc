using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static MaxUnpool1d MaxUnpool1d(long kernel_size, long? stride = null, long? padding = null)
                => new(kernel_size, stride, padding);

            public static MaxUnpool2d MaxUnpool2d(long kernel_size, long? stride = null, long? padding = null)
                => new(Sizes.Same(kernel_size, 2), Sizes.Same(stride, 2), Sizes.Same(padding, 2));

            public static MaxUnpool2d MaxUnpool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null)
                => new(Sizes.Of(kernel_size), Sizes.Of(stride), Sizes.Of(padding));

            public static MaxUnpool2d MaxUnpool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null)
                => new(kernel_size, stride, padding);

            public static MaxUnpool3d MaxUnpool3d(long kernel_size, long? stride = null, long? padding = null)
                => new(Sizes.Same(kernel_size, 3), Sizes.Same(stride, 3), Sizes.Same(padding, 3));

            public static MaxUnpool3d MaxUnpool3d((long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null)
                => new(Sizes.Of(kernel_size), Sizes.Of(stride), Sizes.Of(padding));

            public static MaxUnpool3d MaxUnpool3d(long[] kernel_size, long[]? stride = null, long[]? padding = null)
                => new(kernel_size, stride, padding);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>The inverse of max pooling: each value goes back to where it came from, zero elsewhere.</summary>
    public sealed class MaxUnpool1d : ParameterLessModule<Tensor, Tensor, long[], Tensor>
    {
        internal MaxUnpool1d(long kernel_size, long? stride, long? padding) : base(nameof(MaxUnpool1d))
        {
            this.kernel_size = kernel_size;
            this.stride = stride;
            this.padding = padding;
        }

        public long kernel_size { get; set; }

        public long? stride { get; set; }

        public long? padding { get; set; }

        /// <param name="tensor">What a max pool yielded.</param>
        /// <param name="indices">Its indices.</param>
        /// <param name="output_size">The spatial size before pooling; null computes it from the window.</param>
        public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) => nn.functional.max_unpool1d(tensor, indices, kernel_size, stride, padding, output_size);

        public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) => base.call(tensor, indices, output_size!);
    }

    /// <summary>The inverse of max pooling: each value goes back to where it came from, zero elsewhere.</summary>
    public sealed class MaxUnpool2d : ParameterLessModule<Tensor, Tensor, long[], Tensor>
    {
        internal MaxUnpool2d(long[] kernel_size, long[]? stride, long[]? padding) : base(nameof(MaxUnpool2d))
        {
            this.kernel_size = kernel_size;
            this.stride = stride;
            this.padding = padding;
        }

        public long[] kernel_size { get; set; }

        public long[]? stride { get; set; }

        public long[]? padding { get; set; }

        /// <param name="tensor">What a max pool yielded.</param>
        /// <param name="indices">Its indices.</param>
        /// <param name="output_size">The spatial size before pooling; null computes it from the window.</param>
        public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) => nn.functional.max_unpool2d(tensor, indices, kernel_size, stride, padding, output_size);

        public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) => base.call(tensor, indices, output_size!);
    }

    /// <summary>The inverse of max pooling: each value goes back to where it came from, zero elsewhere.</summary>
    public sealed class MaxUnpool3d : ParameterLessModule<Tensor, Tensor, long[], Tensor>
    {
        internal MaxUnpool3d(long[] kernel_size, long[]? stride, long[]? padding) : base(nameof(MaxUnpool3d))
        {
            this.kernel_size = kernel_size;
            this.stride = stride;
            this.padding = padding;
        }

        public long[] kernel_size { get; set; }

        public long[]? stride { get; set; }

        public long[]? padding { get; set; }

        /// <param name="tensor">What a max pool yielded.</param>
        /// <param name="indices">Its indices.</param>
        /// <param name="output_size">The spatial size before pooling; null computes it from the window.</param>
        public override Tensor forward(Tensor tensor, Tensor indices, long[]? output_size = null) => nn.functional.max_unpool3d(tensor, indices, kernel_size, stride, padding, output_size);

        public new Tensor call(Tensor tensor, Tensor indices, long[]? output_size = null) => base.call(tensor, indices, output_size!);
    }
}
