using System.Diagnostics;
using Cifar10.Data;
using QDrop;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Cifar10;

/// <summary>Counts the images of each class that a model classifies correctly.</summary>
/// <param name="Right">Correctly classified images, by class.</param>
/// <param name="Total">Images, by class.</param>
/// <param name="Predicted">The class that the model gives each image.</param>
/// <param name="Time">Time that the model took.</param>
internal sealed record Evaluation(int[] Right, int[] Total, int[] Predicted, TimeSpan Time)
{
    private const int BatchSize = 250;

    /// <summary>Top-1 accuracy in percent.</summary>
    public double Top1 => 100.0 * Right.Sum() / Total.Sum();

    /// <summary>Gets the top-1 accuracy of a class, in percent.</summary>
    /// <param name="label">The class.</param>
    public double Top1Of(int label) => 100.0 * Right[label] / Total[label];

    /// <summary>Time that the model took for an image, in milliseconds.</summary>
    public double MillisecondsPerImage => Time.TotalMilliseconds / Predicted.Length;

    /// <summary>Counts the images to which another model gives the same class.</summary>
    /// <param name="other">The other model's evaluation on the same images.</param>
    public int Agreement(Evaluation other) => Predicted.Zip(other.Predicted).Count(static p => p.First == p.Second);

    /// <summary>Runs a model, in evaluation mode, on images.</summary>
    /// <param name="model">Images <c>[N, 3, 32, 32]</c> to logits <c>[N, 10]</c>.</param>
    /// <param name="images">The images.</param>
    public static Evaluation Run(Module<Tensor, Tensor> model, CifarImages images)
    {
        bool training = model.training;
        model.eval();
        using IDisposable noGrad = no_grad();
        Evaluation evaluation = Run(batch => model.call(batch).argmax(1).data<long>().ToArray(), images);
        model.train(training);
        return evaluation;
    }

    /// <summary>Runs a program, in integers, on images.</summary>
    /// <param name="program">Images <c>[N, 3, 32, 32]</c> to logits <c>[N, 10]</c>.</param>
    /// <param name="images">The images.</param>
    public static Evaluation Run(QuantizedProgram program, CifarImages images) => Run(
        batch =>
        {
            int classes = CifarImages.Classes.Count, count = (int)batch.shape[0];
            float[] logits = new float[count * classes];
            program.Run(batch.contiguous().data<float>().ToArray(), logits);
            return [.. Enumerable.Range(0, count).Select(i => (long)Best(logits.AsSpan(i * classes, classes)))];
        },
        images);

    private static Evaluation Run(Func<Tensor, long[]> predict, CifarImages images)
    {
        int classes = CifarImages.Classes.Count;
        (int[] right, int[] total, List<int> all) = (new int[classes], new int[classes], []);
        var time = new Stopwatch();
        for (int first = 0; first < images.Count; first += BatchSize)
        {
            using DisposeScope scope = NewDisposeScope();
            var batch = Batch.Of(images, first, Math.Min(BatchSize, images.Count - first));
            time.Start();
            long[] predicted = predict(batch.Inputs);
            time.Stop();
            for (int i = 0; i < predicted.Length; i++)
            {
                long label = images.Labels[first + i];
                total[label]++;
                right[label] += predicted[i] == label ? 1 : 0;
                all.Add((int)predicted[i]);
            }
        }

        return new Evaluation(right, total, [.. all], time.Elapsed);
    }

    private static int Best(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            best = logits[i] > logits[best] ? i : best;
        return best;
    }
}
