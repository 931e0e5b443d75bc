using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TorchSharp.Tests.Optim;

public sealed class OptimizerStateTests
{
    public static TheoryData<string> Kinds => ["SGD", "Adam", "AdamW", "AMSGrad"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_saved_state_continues_the_run_that_was_saved(string kind)
    {
        using Parameter first = Leaf(), second = Leaf();
        using OptimizerHelper original = Create(kind, first), restored = Create(kind, second);
        Run(original, first, 3);
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true)) original.save_state_dict(writer);
        stream.Position = 0;
        using (no_grad()) second.copy_(first);
        foreach (optim.ILearningRateController group in restored.ParamGroups) group.LearningRate = 100;
        using (var reader = new BinaryReader(stream)) restored.load_state_dict(reader);
        Run(original, first, 3);
        Run(restored, second, 3);
        Assert.Equal(first.data<float>().ToArray(), second.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_loaded_state_shares_no_tensor_with_its_source(string kind)
    {
        using Parameter first = Leaf(), second = Leaf();
        using OptimizerHelper original = Create(kind, first), copy = Create(kind, second);
        Run(original, first, 2);
        using (no_grad()) second.copy_(first);
        copy.load_state_dict(original.state_dict());
        Assert.True(copy.state_dict().State[0].ApproximatelyEquals(original.state_dict().State[0]));
        Run(original, first, 2);
        Assert.False(copy.state_dict().State[0].ApproximatelyEquals(original.state_dict().State[0]));
        Run(copy, second, 2);
        Assert.Equal(first.data<float>().ToArray(), second.data<float>().ToArray());
    }

    [Fact]
    public void A_state_dictionary_says_which_state_belongs_to_which_group()
    {
        using Parameter a = Leaf(), b = Leaf(), c = Leaf();
        using Adam optimizer = optim.Adam([new Adam.ParamGroup { Parameters = [a, b] }, new Adam.ParamGroup { Parameters = [c] }]);
        optim.Optimizer.StateDictionary dictionary = optimizer.state_dict();
        Assert.Equal([0, 1], dictionary.StateIndexRef[0]);
        Assert.Equal([2], dictionary.StateIndexRef[1]);
        Assert.Equal(2, dictionary.Options.Count);
        Assert.Equal(3, dictionary.State.Count);
    }

    [Fact]
    public void The_state_of_another_kind_of_optimizer_is_refused()
    {
        using Parameter first = Leaf(), second = Leaf();
        using OptimizerHelper sgd = Create("SGD", first), adam = Create("Adam", second);
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true)) sgd.save_state_dict(writer);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        Assert.Contains("'SGD'", Assert.Throws<InvalidDataException>(() => adam.load_state_dict(reader)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => adam.load_state_dict(sgd.state_dict()));
    }

    [Fact]
    public void A_state_of_another_number_of_parameters_is_refused()
    {
        using Parameter a = Leaf(), b = Leaf();
        using Adam one = optim.Adam([a]), two = optim.Adam([a, b]);
        Assert.Contains("2 parameters", Assert.Throws<ArgumentException>(() => one.load_state_dict(two.state_dict())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1, 0.9, 0.999)]
    [InlineData(0.1, 1.0, 0.999)]
    [InlineData(0.1, 0.9, -0.1)]
    [InlineData(double.NaN, 0.9, 0.999)]
    public void Impossible_hyperparameters_are_refused(double rate, double beta1, double beta2)
    {
        using Parameter parameter = Leaf();
        Assert.Throws<ArgumentException>(() => optim.Adam([parameter], rate, beta1, beta2));
    }

    [Fact]
    public void Nesterov_momentum_needs_momentum()
    {
        using Parameter parameter = Leaf();
        Assert.Throws<ArgumentException>(() => optim.SGD([parameter], 0.1, nesterov: true));
    }

    [Fact]
    public void Step_evaluates_the_closure_with_gradients_and_returns_its_loss()
    {
        using Parameter parameter = Leaf();
        using SGD optimizer = optim.SGD([parameter], 0.5);
        using Tensor loss = optimizer.step(() =>
        {
            optimizer.zero_grad();
            Tensor squares = (parameter * parameter).sum();
            squares.backward();
            return squares;
        });
        Assert.Equal(14f, loss.item<float>());
        Assert.Equal([0f, 0f, 0f], parameter.data<float>().ToArray());
    }

    [Fact]
    public void Zeroed_gradients_are_zero_and_not_kept()
    {
        using Parameter parameter = Leaf();
        using SGD optimizer = optim.SGD([parameter], 0.5);
        Backward(parameter);
        optimizer.zero_grad();
        using Tensor? gradient = parameter.grad;
        Assert.Equal([0f, 0f, 0f], gradient!.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Steps_leave_no_tensor_behind(string kind)
    {
        using Parameter parameter = Leaf();
        using OptimizerHelper optimizer = Create(kind, parameter);
        Run(optimizer, parameter, 2);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run(optimizer, parameter, 50);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void State_made_within_a_dispose_scope_outlives_it(string kind)
    {
        using Parameter parameter = Leaf();
        OptimizerHelper optimizer;
        using (NewDisposeScope())
        {
            optimizer = Create(kind, parameter);
            Run(optimizer, parameter, 1);
        }
        using (optimizer) Run(optimizer, parameter, 1);
    }

    [Fact]
    public void A_disposed_optimizer_disposes_its_state()
    {
        using Parameter parameter = Leaf();
        OptimizerHelper optimizer = Create("AMSGrad", parameter);
        var state = (Adam.State)optimizer.state_dict().State[0];
        Tensor mean = state.exp_avg;
        optimizer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => mean.sum());
    }

    private static OptimizerHelper Create(string kind, Parameter parameter) => kind switch
    {
        "SGD" => optim.SGD([parameter], 0.1, momentum: 0.9, weight_decay: 0.01, nesterov: true),
        "Adam" => optim.Adam([parameter], 0.1),
        "AdamW" => optim.AdamW([parameter], 0.1, weight_decay: 0.1),
        _ => optim.Adam([parameter], 0.1, weight_decay: 0.1, amsgrad: true, maximize: true),
    };

    private static Parameter Leaf() => new(tensor(new float[] { 1, 2, 3 }));

    private static void Run(optim.Optimizer optimizer, Parameter parameter, int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            optimizer.zero_grad();
            Backward(parameter);
            optimizer.step();
        }
    }

    private static void Backward(Parameter parameter)
    {
        using DisposeScope scope = NewDisposeScope();
        (parameter * parameter).sum().backward();
    }
}
