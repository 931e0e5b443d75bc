using static TorchSharp.torch;

namespace QDrop.Tests.Inputs;

/// <summary>Calibration sources as projects have them: right ones, and ones that each do one thing wrong.</summary>
internal static class Sources
{
    /// <summary>The shape of a sample.</summary>
    private static readonly long[] _shape = [3, 8, 8];

    /// <summary>Gives two samples more than it is asked for, the number of each in its elements.</summary>
    internal class Numbered : ICalibrationSource
    {
        /// <summary>Gets what was asked for last.</summary>
        internal static CalibrationRequest? Asked { get; private set; }

        public Tensor Load(CalibrationRequest request)
        {
            Asked = request;
            long count = request.Samples + 2;
            return arange(count, ScalarType.Float32).view(count, 1, 1, 1).expand([count, .. _shape]).contiguous();
        }
    }

    internal sealed class Labelled : Numbered, ILabelledCalibrationSource
    {
        public Tensor LoadTargets(CalibrationRequest request) => arange(request.Samples + 2);

        public Tensor Augment(Tensor batch, long seed) => batch + seed;
    }

    internal sealed class Several : IMultiInputCalibrationSource
    {
        public IReadOnlyList<Tensor> Load(CalibrationRequest request) =>
            [ones([request.Samples, .. _shape]), ones(request.Samples + 1)];
    }

    internal sealed class WithoutLabels : Numbered, ILabelledCalibrationSource
    {
        public Tensor LoadTargets(CalibrationRequest request) => throw new FormatException("no label");
    }

    internal sealed class FewLabels : Numbered, ILabelledCalibrationSource
    {
        public Tensor LoadTargets(CalibrationRequest request) => arange(request.Samples - 1);
    }

    internal sealed class GivesNull : ICalibrationSource
    {
        public Tensor Load(CalibrationRequest request) => null!;
    }

    internal sealed class ThrowsWhenLoading : ICalibrationSource
    {
        public Tensor Load(CalibrationRequest request) => throw new FormatException("no image");
    }

    internal sealed class ThrowsWhenMade : ICalibrationSource
    {
        public ThrowsWhenMade() => throw new FormatException("no folder");

        public Tensor Load(CalibrationRequest request) => ones(1);
    }

    internal sealed class NeedsAnArgument(string path) : ICalibrationSource
    {
        public Tensor Load(CalibrationRequest request) => ones(path.Length);
    }

    internal abstract class Unfinished : Numbered;

    internal sealed class NoSource;

    /// <summary>The name by which an item gives a source of this class.</summary>
    internal static string NameOf(string source) => $"{typeof(Sources).FullName}+{source}";
}
