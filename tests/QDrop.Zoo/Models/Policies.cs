using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Zoo.Control;

/// <summary>A deep Q network (Mnih et al. 2015) with dueling heads: frames <c>[N, 4, 42, 42]</c> to action values.</summary>
[Quantize(W = 4, A = 8)]
public sealed partial class Dqn : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1, conv2, conv3;
    private readonly Linear value1, value2, advantage1, advantage2;

    public Dqn(int actions = 6) : base(nameof(Dqn))
    {
        conv1 = Conv2d(4, 16, 8, stride: 4);
        conv2 = Conv2d(16, 32, 4, stride: 2);
        conv3 = Conv2d(32, 32, 3, stride: 1);
        value1 = Linear(32, 64);
        value2 = Linear(64, 1);
        advantage1 = Linear(32, 64);
        advantage2 = Linear(64, actions);
        RegisterComponents();
    }

    public override Tensor forward(Tensor state)
    {
        Tensor x = F.relu(conv1.call(state));
        x = F.relu(conv2.call(x));
        x = F.relu(conv3.call(x));
        x = x.view(x.size(0), -1);
        Tensor value = value2.call(F.relu(value1.call(x)));
        Tensor advantage = advantage2.call(F.relu(advantage1.call(x)));
        return value + (advantage - advantage.mean([1], keepdim: true));
    }
}

/// <summary>
/// The actor and the critic of proximal policy optimization (Schulman et al. 2017): observations <c>[N, 8]</c> to the
/// mean and the deviation of actions, and a value.
/// </summary>
[Quantize(W = 4, A = 8)]
public sealed partial class PpoActor : Module<Tensor, (Tensor Mean, Tensor Deviation, Tensor Value)>
{
    private readonly Sequential actor, critic;
    private readonly Linear mean;
    private readonly Parameter log_std;

    public PpoActor(int observations = 8, int actions = 2, int hidden = 32) : base(nameof(PpoActor))
    {
        actor = Sequential(Linear(observations, hidden), Tanh(), Linear(hidden, hidden), Tanh());
        mean = Linear(hidden, actions);
        critic = Sequential(Linear(observations, hidden), Tanh(), Linear(hidden, hidden), Tanh(), Linear(hidden, 1));
        log_std = Parameter(zeros(actions));
        RegisterComponents();
    }

    public override (Tensor Mean, Tensor Deviation, Tensor Value) forward(Tensor state)
    {
        Tensor mu = mean.call(actor.call(state)).tanh();
        Tensor deviation = log_std.clamp(-4, 2).exp().expand_as(mu);
        return (mu, deviation, critic.call(state).squeeze(-1));
    }
}
