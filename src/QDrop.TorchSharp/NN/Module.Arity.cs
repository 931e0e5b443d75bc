namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public interface IModule<T, TResult>
        {
            TResult call(T input1);
        }

        public abstract class Module<T, TResult> : HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>, IModule<T, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T input);

            /// <summary>Runs the hooks and <see cref="forward"/>.</summary>
            public TResult call(T input)
            {
                if (pre_hooks.Count > 0)
                {
                    foreach (Func<Module<T, TResult>, T, T> hook in pre_hooks.Values.ToArray())
                        if (hook(this, input) is { } changed) input = changed;
                }

                foreach (Action<Module> hook in module_pre_hooks.Values.ToArray()) hook(this);
                TResult result = forward(input);
                if (post_hooks.Count > 0)
                {
                    foreach (Func<Module<T, TResult>, T, TResult, TResult> hook in post_hooks.Values.ToArray())
                        if (hook(this, input, result) is { } changed) result = changed;
                }

                foreach (Action<Module> hook in module_post_hooks.Values.ToArray()) hook(this);
                return result;
            }
        }

        public interface IModule<T1, T2, TResult>
        {
            TResult call(T1 input1, T2 input2);
        }

        public abstract class Module<T1, T2, TResult> : HookableModule<Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?>, Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult>>, IModule<T1, T2, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2);

            /// <summary>Runs the hooks and <see cref="forward"/>.</summary>
            public TResult call(T1 input1, T2 input2)
            {
                if (pre_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?> hook in pre_hooks.Values.ToArray())
                        if (hook(this, input1, input2) is { } changed) (input1, input2) = changed;
                }

                foreach (Action<Module> hook in module_pre_hooks.Values.ToArray()) hook(this);
                TResult result = forward(input1, input2);
                if (post_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult> hook in post_hooks.Values.ToArray())
                        if (hook(this, input1, input2, result) is { } changed) result = changed;
                }

                foreach (Action<Module> hook in module_post_hooks.Values.ToArray()) hook(this);
                return result;
            }
        }

        public interface IModule<T1, T2, T3, TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3);
        }

        public abstract class Module<T1, T2, T3, TResult> : HookableModule<Func<Module<T1, T2, T3, TResult>, T1, T2, T3, (T1, T2, T3)?>, Func<Module<T1, T2, T3, TResult>, T1, T2, T3, TResult, TResult>>, IModule<T1, T2, T3, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3);

            /// <summary>Runs the hooks and <see cref="forward"/>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3)
            {
                if (pre_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, T3, TResult>, T1, T2, T3, (T1, T2, T3)?> hook in pre_hooks.Values.ToArray())
                        if (hook(this, input1, input2, input3) is { } changed) (input1, input2, input3) = changed;
                }

                foreach (Action<Module> hook in module_pre_hooks.Values.ToArray()) hook(this);
                TResult result = forward(input1, input2, input3);
                if (post_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, T3, TResult>, T1, T2, T3, TResult, TResult> hook in post_hooks.Values.ToArray())
                        if (hook(this, input1, input2, input3, result) is { } changed) result = changed;
                }

                foreach (Action<Module> hook in module_post_hooks.Values.ToArray()) hook(this);
                return result;
            }
        }

        public interface IModule<T1, T2, T3, T4, TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3, T4 input4);
        }

        public abstract class Module<T1, T2, T3, T4, TResult> : HookableModule<Func<Module<T1, T2, T3, T4, TResult>, T1, T2, T3, T4, (T1, T2, T3, T4)?>, Func<Module<T1, T2, T3, T4, TResult>, T1, T2, T3, T4, TResult, TResult>>, IModule<T1, T2, T3, T4, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4);

            /// <summary>Runs the hooks and <see cref="forward"/>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4)
            {
                if (pre_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, T3, T4, TResult>, T1, T2, T3, T4, (T1, T2, T3, T4)?> hook in pre_hooks.Values.ToArray())
                        if (hook(this, input1, input2, input3, input4) is { } changed) (input1, input2, input3, input4) = changed;
                }

                foreach (Action<Module> hook in module_pre_hooks.Values.ToArray()) hook(this);
                TResult result = forward(input1, input2, input3, input4);
                if (post_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, T3, T4, TResult>, T1, T2, T3, T4, TResult, TResult> hook in post_hooks.Values.ToArray())
                        if (hook(this, input1, input2, input3, input4, result) is { } changed) result = changed;
                }

                foreach (Action<Module> hook in module_post_hooks.Values.ToArray()) hook(this);
                return result;
            }
        }

        public interface IModule<T1, T2, T3, T4, T5, TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5);
        }

        public abstract class Module<T1, T2, T3, T4, T5, TResult> : HookableModule<Func<Module<T1, T2, T3, T4, T5, TResult>, T1, T2, T3, T4, T5, (T1, T2, T3, T4, T5)?>, Func<Module<T1, T2, T3, T4, T5, TResult>, T1, T2, T3, T4, T5, TResult, TResult>>, IModule<T1, T2, T3, T4, T5, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5);

            /// <summary>Runs the hooks and <see cref="forward"/>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5)
            {
                if (pre_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, T3, T4, T5, TResult>, T1, T2, T3, T4, T5, (T1, T2, T3, T4, T5)?> hook in pre_hooks.Values.ToArray())
                        if (hook(this, input1, input2, input3, input4, input5) is { } changed) (input1, input2, input3, input4, input5) = changed;
                }

                foreach (Action<Module> hook in module_pre_hooks.Values.ToArray()) hook(this);
                TResult result = forward(input1, input2, input3, input4, input5);
                if (post_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, T3, T4, T5, TResult>, T1, T2, T3, T4, T5, TResult, TResult> hook in post_hooks.Values.ToArray())
                        if (hook(this, input1, input2, input3, input4, input5, result) is { } changed) result = changed;
                }

                foreach (Action<Module> hook in module_post_hooks.Values.ToArray()) hook(this);
                return result;
            }
        }

        public interface IModule<T1, T2, T3, T4, T5, T6, TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5, T6 input6);
        }

        public abstract class Module<T1, T2, T3, T4, T5, T6, TResult> : HookableModule<Func<Module<T1, T2, T3, T4, T5, T6, TResult>, T1, T2, T3, T4, T5, T6, (T1, T2, T3, T4, T5, T6)?>, Func<Module<T1, T2, T3, T4, T5, T6, TResult>, T1, T2, T3, T4, T5, T6, TResult, TResult>>, IModule<T1, T2, T3, T4, T5, T6, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5, T6 input6);

            /// <summary>Runs the hooks and <see cref="forward"/>.</summary>
            public TResult call(T1 input1, T2 input2, T3 input3, T4 input4, T5 input5, T6 input6)
            {
                if (pre_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, T3, T4, T5, T6, TResult>, T1, T2, T3, T4, T5, T6, (T1, T2, T3, T4, T5, T6)?> hook in pre_hooks.Values.ToArray())
                        if (hook(this, input1, input2, input3, input4, input5, input6) is { } changed) (input1, input2, input3, input4, input5, input6) = changed;
                }

                foreach (Action<Module> hook in module_pre_hooks.Values.ToArray()) hook(this);
                TResult result = forward(input1, input2, input3, input4, input5, input6);
                if (post_hooks.Count > 0)
                {
                    foreach (Func<Module<T1, T2, T3, T4, T5, T6, TResult>, T1, T2, T3, T4, T5, T6, TResult, TResult> hook in post_hooks.Values.ToArray())
                        if (hook(this, input1, input2, input3, input4, input5, input6, result) is { } changed) result = changed;
                }

                foreach (Action<Module> hook in module_post_hooks.Values.ToArray()) hook(this);
                return result;
            }
        }
    }
}
