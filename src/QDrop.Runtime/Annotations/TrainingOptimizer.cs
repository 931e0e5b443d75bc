namespace QDrop;

/// <summary>How the parameters of a model are changed while it is trained.</summary>
public enum TrainingOptimizer
{
    /// <summary>Stochastic gradient descent with Nesterov's momentum.</summary>
    Sgd,

    /// <summary>Adam (arXiv 1412.6980) with weight decay apart from the gradient (arXiv 1711.05101).</summary>
    Adam,
}
