using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Marks modules that hold neither parameters, buffers nor submodules.</summary>
public interface IParameterLessModule
{
}

public abstract class ParameterLessModule<T1, TResult> : nn.Module<T1, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }

    public override void register_buffer(string name, Tensor tensor, bool persistent = true) => throw ParameterLess.Refused(GetName(), "buffer");

    public override void register_parameter(string name, Parameter param) => throw ParameterLess.Refused(GetName(), "parameter");

    public override void register_module(string name, Module submodule) => throw ParameterLess.Refused(GetName(), "submodule");

    protected internal override Module _to(Device device, ScalarType dtype, bool non_blocking) => this;

    protected internal override Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    protected internal override Module _to(ScalarType dtype, bool non_blocking) => this;
}

public abstract class ParameterLessModule<T1, T2, TResult> : nn.Module<T1, T2, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }

    public override void register_buffer(string name, Tensor tensor, bool persistent = true) => throw ParameterLess.Refused(GetName(), "buffer");

    public override void register_parameter(string name, Parameter param) => throw ParameterLess.Refused(GetName(), "parameter");

    public override void register_module(string name, Module submodule) => throw ParameterLess.Refused(GetName(), "submodule");

    protected internal override Module _to(Device device, ScalarType dtype, bool non_blocking) => this;

    protected internal override Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    protected internal override Module _to(ScalarType dtype, bool non_blocking) => this;
}

public abstract class ParameterLessModule<T1, T2, T3, TResult> : nn.Module<T1, T2, T3, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }

    public override void register_buffer(string name, Tensor tensor, bool persistent = true) => throw ParameterLess.Refused(GetName(), "buffer");

    public override void register_parameter(string name, Parameter param) => throw ParameterLess.Refused(GetName(), "parameter");

    public override void register_module(string name, Module submodule) => throw ParameterLess.Refused(GetName(), "submodule");

    protected internal override Module _to(Device device, ScalarType dtype, bool non_blocking) => this;

    protected internal override Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    protected internal override Module _to(ScalarType dtype, bool non_blocking) => this;
}

public abstract class ParameterLessModule<T1, T2, T3, T4, TResult> : nn.Module<T1, T2, T3, T4, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }

    public override void register_buffer(string name, Tensor tensor, bool persistent = true) => throw ParameterLess.Refused(GetName(), "buffer");

    public override void register_parameter(string name, Parameter param) => throw ParameterLess.Refused(GetName(), "parameter");

    public override void register_module(string name, Module submodule) => throw ParameterLess.Refused(GetName(), "submodule");

    protected internal override Module _to(Device device, ScalarType dtype, bool non_blocking) => this;

    protected internal override Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    protected internal override Module _to(ScalarType dtype, bool non_blocking) => this;
}

public abstract class ParameterLessModule<T1, T2, T3, T4, T5, TResult> : nn.Module<T1, T2, T3, T4, T5, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }

    public override void register_buffer(string name, Tensor tensor, bool persistent = true) => throw ParameterLess.Refused(GetName(), "buffer");

    public override void register_parameter(string name, Parameter param) => throw ParameterLess.Refused(GetName(), "parameter");

    public override void register_module(string name, Module submodule) => throw ParameterLess.Refused(GetName(), "submodule");

    protected internal override Module _to(Device device, ScalarType dtype, bool non_blocking) => this;

    protected internal override Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    protected internal override Module _to(ScalarType dtype, bool non_blocking) => this;
}

public abstract class ParameterLessModule<T1, T2, T3, T4, T5, T6, TResult> : nn.Module<T1, T2, T3, T4, T5, T6, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }

    public override void register_buffer(string name, Tensor tensor, bool persistent = true) => throw ParameterLess.Refused(GetName(), "buffer");

    public override void register_parameter(string name, Parameter param) => throw ParameterLess.Refused(GetName(), "parameter");

    public override void register_module(string name, Module submodule) => throw ParameterLess.Refused(GetName(), "submodule");

    protected internal override Module _to(Device device, ScalarType dtype, bool non_blocking) => this;

    protected internal override Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => this;

    protected internal override Module _to(ScalarType dtype, bool non_blocking) => this;
}

internal static class ParameterLess
{
    public static InvalidOperationException Refused(string module, string kind)
        => new($"{module} is a parameter-less module: it cannot register a {kind}.");
}
