using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

/// <summary>Base of the optimizers written in managed code: groups, per-parameter state, saving and loading.</summary>
public abstract class OptimizerHelper : Optimizer
{
    protected OptimizerOptions _defaults = null!;

    /// <summary>The state of each parameter, by the parameter's handle.</summary>
    protected OrderedDict<IntPtr, OptimizerState> _state = new();

    public OptimizerHelper() : base(IntPtr.Zero)
    {
    }

    public override IEnumerable<Parameter> parameters() => base.parameters();

    public override void add_param_group(ParamGroup param_group) => base.add_param_group(param_group);

    public override void zero_grad() => base.zero_grad();

    /// <summary>The optimizer's live options and states, in the order of the groups.</summary>
    public virtual StateDictionary state_dict()
    {
        var dictionary = new StateDictionary();
        foreach (ParamGroup group in _parameter_groups)
        {
            dictionary.Options.Add(group.Options);
            var indices = new List<int>();
            foreach (Parameter parameter in group.Parameters)
            {
                indices.Add(dictionary.State.Count);
                dictionary.State.Add(_state[parameter.Handle]);
            }
            dictionary.StateIndexRef.Add(indices);
        }
        return dictionary;
    }

    /// <summary>Takes over options and copies of the states of an optimizer with the same groups.</summary>
    /// <exception cref="ArgumentException">The numbers of groups or of parameters differ.</exception>
    public virtual void load_state_dict(StateDictionary state_dict)
    {
        StateDictionary own = this.state_dict();
        RequireSameLayout(own, state_dict.Options.Count, state_dict.State.Count);
        for (int i = 0; i < own.Options.Count; i++)
            if (!ReferenceEquals(own.Options[i], state_dict.Options[i])) own.Options[i].LoadStateDict(state_dict.Options[i]);
        for (int i = 0; i < own.State.Count; i++)
            if (!ReferenceEquals(own.State[i], state_dict.State[i])) own.State[i].LoadStateDict(state_dict.State[i]);
    }

    public void save_state_dict(string location)
    {
        using FileStream stream = File.Create(location);
        using var writer = new BinaryWriter(stream);
        save_state_dict(writer);
    }

    public void load_state_dict(string location)
    {
        using FileStream stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    public void save_state_dict(BinaryWriter writer)
    {
        StateDictionary dictionary = state_dict();
        writer.Write(GetType().Name);
        writer.Write7BitEncodedInt64(dictionary.Options.Count);
        writer.Write7BitEncodedInt64(dictionary.State.Count);
        foreach (OptimizerOptions options in dictionary.Options) options.SaveStateDict(writer);
        foreach (OptimizerState state in dictionary.State) state.SaveStateDict(writer);
    }

    public void load_state_dict(BinaryReader reader)
    {
        string name = reader.ReadString();
        if (name != GetType().Name)
            throw new InvalidDataException($"The saved state is that of the optimizer '{name}', expected '{GetType().Name}': load it into an optimizer of the same kind.");
        StateDictionary own = state_dict();
        RequireSameLayout(own, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        foreach (OptimizerOptions options in own.Options) options.LoadStateDict(reader);
        foreach (OptimizerState state in own.State) state.LoadStateDict(reader);
    }

    /// <summary>Moves all state to a device.</summary>
    public void to(Device device)
    {
        foreach (OptimizerState state in state_dict().State) state.to(device);
    }

    /// <summary>Runs the closure, if any, then <paramref name="body"/> for each group without recording gradients.</summary>
    protected Tensor _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
        {
            using (enable_grad()) loss = loss_closure();
        }
        using (no_grad())
        using (NewDisposeScope())
            foreach (ParamGroup group in _parameter_groups) body((T)group);
        return loss!;
    }

    /// <summary>Adds a group whose options are complete, with a fresh state for each of its parameters.</summary>
    internal void Register(ParamGroup group, Func<Parameter, OptimizerState> createState)
    {
        // Enumerated once: a lazy sequence would be walked again at every step.
        Parameter[] parameters = [.. group.Parameters];
        group.Parameters = parameters;
        group.Options.InitialLearningRate = group.Options.LearningRate!.Value;
        _parameter_groups.Add(group);
        foreach (Parameter parameter in parameters)
        {
            OptimizerState state = createState(parameter);
            state.Initialize(group.Options);
            _state[parameter.Handle] = state;
        }
    }

    internal void DisposeStates()
    {
        foreach ((IntPtr _, OptimizerState state) in _state) (state as IDisposable)?.Dispose();
        _state.Clear();
    }

    internal T StateOf<T>(Parameter parameter) where T : OptimizerState => (T)_state[parameter.Handle];

    internal static void RequireNonNegative(double value, string name)
    {
        if (!(value >= 0)) throw new ArgumentException($"Invalid {name}: {value}; it must be at least 0.", name);
    }

    internal static void RequireBeta(double value, string name)
    {
        if (!(value is >= 0 and < 1)) throw new ArgumentException($"Invalid {name}: {value}; it must be at least 0 and less than 1.", name);
    }

    private static void RequireSameLayout(StateDictionary own, long groups, long states)
    {
        if (groups != own.Options.Count)
            throw new ArgumentException($"The saved optimizer has {groups} parameter groups, this one {own.Options.Count}.");
        if (states != own.State.Count)
            throw new ArgumentException($"The saved optimizer has the state of {states} parameters, this one of {own.State.Count}.");
    }
}
