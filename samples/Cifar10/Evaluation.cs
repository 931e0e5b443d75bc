using Cifar10.Data;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Cifar10;

/// <summary>Counts the images of each class that a model classifies correctly.</summary>
/// <param name="Right">Correctly classified images, by class.</param>
/// <param name="Total">Images, by class.</param>
internal sealed record Evaluation(int[] Right, int[] Total)
{
    private const int BatchSize = 250;

    /// <summary>Top-1 accuracy in percent.</summary>
    public double Top1 => 100.0 * Right.Sum() / Total.Sum();

    /// <summary>Gets the top-1 accuracy of a class, in percent.</summary>
    /// <param name="label">The class.</param>
    public double Top1Of(int label) => 100.0 * Right[label] / Total[label];

    /// <summary>Runs a model, in evaluation mode, on images.</summary>
    /// <param name="model">Images <c>[N, 3, 32, 32]</c> to logits <c>[N, 10]</c>.</param>
    /// <param name="images">The images.</param>
    public static Evaluation Run(Module<Tensor, Tensor> model, CifarImages images)
    {
        int classes = CifarImages.Classes.Count;
        (int[]? right, int[]? total) = (new int[classes], new int[classes]);
        bool training = model.training;
        model.eval();
        using IDisposable noGrad = no_grad();
        for (int first = 0; first < images.Count; first += BatchSize)
        {
            using DisposeScope scope = NewDisposeScope();
            var batch = Batch.Of(images, first, Math.Min(BatchSize, images.Count - first));
            long[] predicted = model.call(batch.Inputs).argmax(1).data<long>().ToArray();
            for (int i = 0; i < predicted.Length; i++)
            {
                long label = images.Labels[first + i];
                total[label]++;
                right[label] += predicted[i] == label ? 1 : 0;
            }
        }

        model.train(training);
        return new Evaluation(right, total);
    }
}
