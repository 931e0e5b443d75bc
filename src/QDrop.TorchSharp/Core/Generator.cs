namespace TorchSharp;

public static partial class torch
{
    /// <summary>Seeds the default generator of the process.</summary>
    public static Generator manual_seed(long seed) => random.manual_seed(seed);
    public static long initial_seed() => random.initial_seed();
    public static long seed() => random.seed();
    public static Tensor get_rng_state() => random.get_rng_state();
    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    /// <summary>The default generator's seed and state.</summary>
    public static class random
    {
        public static Generator manual_seed(long seed) => Generator.Default.manual_seed(seed);
        public static long initial_seed() => Generator.Default.initial_seed();
        public static long seed() => Generator.Default.seed();
        public static Tensor get_rng_state() => Generator.Default.get_state();
        public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);
    }

    /// <summary>A source of random numbers on the CPU.</summary>
    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            if (device is not null && device.type is not DeviceType.CPU)
                throw new ArgumentException($"A generator for the device '{device}' was asked for; this binding has the CPU only.", nameof(device));
            _handle = Native.qd_new_generator(seed);
        }

        private Generator(nint handle) => _handle = handle;

        ~Generator() => Dispose(false);

        public static Generator Default { get; } = new(Native.qd_default_generator());

        public nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

        public Device device => CPU;

        public Generator manual_seed(long seed)
        {
            Native.qd_generator_set_seed(Handle, (ulong)seed);
            GC.KeepAlive(this);
            return this;
        }

        public long initial_seed() => (long)Native.qd_generator_current_seed(Handle);

        public long seed() => (long)Native.qd_generator_seed(Handle);

        public Tensor get_state() => new(Native.CheckHandle(Native.qd_generator_state(Handle)));

        public void set_state(Tensor value) => Native.Check(Native.qd_generator_set_state(Handle, value.LiveHandle));

        public void Dispose()
        {
            if (ReferenceEquals(this, Default)) return;
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            nint handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0) Native.qd_free_generator(handle);
        }
    }
}
