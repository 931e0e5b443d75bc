namespace TorchSharp;

public static partial class torch
{
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.NewDisposeScope();

    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.ThreadSingleton.CurrentDisposeScope;

    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using DisposeScope scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    /// <summary>A multi-dimensional array that libtorch owns; its members stand in this folder, by subject.</summary>
    public partial class Tensor : IScoped
    {
        private static long LiveTensors;
        private static long PeakTensors;
        private nint _handle;

        /// <summary>Takes over one reference to a libtorch tensor and enters the current dispose scope.</summary>
        internal Tensor(nint handle)
        {
            _handle = handle;
            long live = Interlocked.Increment(ref LiveTensors);
            if (live > Volatile.Read(ref PeakTensors)) Volatile.Write(ref PeakTensors, live);
            OwningDisposeScope = DisposeScopeManager.ThreadSingleton.Register(this);
        }

        ~Tensor() => Dispose(false);

        internal DisposeScope? OwningDisposeScope { get; set; }

        DisposeScope? IScoped.OwningDisposeScope
        {
            get => OwningDisposeScope;
            set => OwningDisposeScope = value;
        }

        /// <summary>Tensor objects alive in this process.</summary>
        public static long TotalCount => Interlocked.Read(ref LiveTensors);

        /// <summary>The most tensor objects that were alive at once.</summary>
        public static long PeakCount => Interlocked.Read(ref PeakTensors);

        /// <summary>Distinct references that managed code holds on libtorch tensors; for tests of leaks.</summary>
        internal static long NativeCount => Native.qd_live_handles();

        public nint Handle => LiveHandle;

        public bool IsInvalid => _handle == 0;

        internal nint LiveHandle
        {
            get
            {
                nint handle = _handle;
                if (handle == 0) ThrowDisposed();
                return handle;
            }
        }

        public void Dispose()
        {
            if (OwningDisposeScope is { } scope) scope.MarkAsDisposed(this);
            else if (_handle != 0) DisposeScopeManager.ThreadSingleton.StatisticsInstance.TensorStatistics.DisposedOutside();
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            nint handle = Interlocked.Exchange(ref _handle, 0);
            if (handle == 0) return;
            Interlocked.Decrement(ref LiveTensors);
            Native.qd_release(handle);
        }

        /// <summary>Gives up the native tensor: the caller owns the reference from here on, and this object is as if disposed.</summary>
        public nint DecoupleFromNativeHandle()
        {
            GC.SuppressFinalize(this);
            nint handle = Interlocked.Exchange(ref _handle, 0);
            if (handle == 0) ThrowDisposed();
            Interlocked.Decrement(ref LiveTensors);
            if (OwningDisposeScope is { } scope) scope.MarkAsDisposed(this);
            return handle;
        }

        /// <summary>Takes over a reference that <see cref="DecoupleFromNativeHandle"/> gave.</summary>
        public static Tensor UnsafeCreateTensor(nint handle) => new(handle);

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is { } scope) scope.MoveToOther(other, this);
            else other?.Attach(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public Tensor DetatchFromDisposeScope() => DetachFromDisposeScope();

        /// <summary>A tensor for a handle, or null for the undefined tensor.</summary>
        internal static Tensor? FromNullable(nint handle) => handle == 0 ? null : new(handle);

        // In-place operators give the very same object back, as TorchSharp's do.
        private Tensor InPlace(string op, params ReadOnlySpan<Value> args)
        {
            Aten.CallVoid(op, args);
            return this;
        }

        internal Tensor InPlaceOf(string op, params ReadOnlySpan<Value> args)
        {
            Aten.CallVoid(op, args);
            return this;
        }

        private void ThrowDisposed() => throw new ObjectDisposedException(GetType().FullName, "The tensor was disposed or its handle was given away.");
    }
}
