using static TorchSharp.torch;

namespace TorchSharp.Tests.NN;

public sealed class PaddingAndVisionTests
{
    [Fact]
    public void Padding_modules_fill_both_sides_as_their_names_say()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor line = Samples.Of([1, 2, 3], 1, 1, 3);
        Samples.Close([9, 1, 2, 3, 9, 9], nn.ConstantPad1d((1, 2), 9).forward(line));
        Samples.Close([3, 2, 1, 2, 3, 2, 1], nn.ReflectionPad1d(2).forward(line));
        Samples.Close([1, 1, 2, 3, 3, 3], nn.ReplicationPad1d((1, 2)).forward(line));
        Samples.Close([3, 1, 2, 3, 1], nn.functional.pad(line, (1, 1), PaddingModes.Circular));
        Tensor image = Samples.Of([1, 2, 3, 4], 1, 1, 2, 2);
        Samples.Close([0, 0, 0, 1, 2, 0, 3, 4, 0], nn.ZeroPad2d((0, 1, 1, 0)).forward(image));
        Samples.Close([1, 1, 2, 1, 1, 2, 3, 3, 4], nn.ReplicationPad2d((1, 0, 1, 0)).forward(image));
        Samples.Close([4, 3, 2, 1], nn.ReflectionPad2d((1, 0, 1, 0)).forward(image)[TensorIndex.Ellipsis, TensorIndex.Slice(0, 2), TensorIndex.Slice(0, 2)]);
        Assert.Equal([1, 1, 4, 4, 4], nn.ConstantPad3d(1, 0).forward(zeros([1, 1, 2, 2, 2])).shape);
        Assert.Equal([1, 1, 4, 4, 4], nn.ReflectionPad3d(1).forward(zeros([1, 1, 2, 2, 2])).shape);
        Assert.Equal([1, 1, 2, 2, 5], nn.ReplicationPad3d((1, 2, 0, 0, 0, 0)).forward(zeros([1, 1, 2, 2, 2])).shape);
    }

    [Fact]
    public void A_single_size_pads_every_dimension()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal([4, 5], nn.functional.pad(Samples.Wave(2, 3), 1).shape);
    }

    [Fact]
    public void Negative_padding_crops()
    {
        using DisposeScope scope = NewDisposeScope();
        Samples.Close([2, 3, 0], nn.functional.pad(Samples.Of([1, 2, 3]), [-1, 1]));
    }

    [Fact]
    public void Nearest_interpolation_repeats_pixels()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = Samples.Of([1, 2, 3, 4], 1, 1, 2, 2);
        double[] doubled = [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4];
        Samples.Close(doubled, nn.functional.interpolate(image, scale_factor: [2]));
        Samples.Close(doubled, nn.functional.interpolate(image, [4, 4], mode: InterpolationMode.NearestExact));
        Samples.Close(doubled, nn.Upsample(size: [4, 4]).forward(image));
    }

    [Fact]
    public void Linear_modes_interpolate_between_pixel_centres()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor line = Samples.Of([0, 4], 1, 1, 2);
        Samples.Close([0, 1, 3, 4], nn.functional.interpolate(line, [4], mode: InterpolationMode.Linear));
        Samples.Close([0, 4 / 3.0, 8 / 3.0, 4], nn.functional.interpolate(line, [4], mode: InterpolationMode.Linear, align_corners: true));
        Tensor image = Samples.Of([0, 4, 8, 12], 1, 1, 2, 2);
        Samples.Close([0, 2, 4, 4, 6, 8, 8, 10, 12], nn.Upsample([3, 3], mode: UpsampleMode.Bilinear, align_corners: true).forward(image));
        Assert.Equal([1, 1, 4, 4], nn.Upsample(scale_factor: [2, 2], mode: UpsampleMode.Bicubic).forward(image).shape);
        Assert.Equal([1, 1, 2, 4, 4], nn.Upsample(scale_factor: [2], mode: UpsampleMode.Trilinear).forward(zeros([1, 1, 1, 2, 2])).shape);
    }

    [Fact]
    public void Area_interpolation_averages()
    {
        using DisposeScope scope = NewDisposeScope();
        Samples.Close([1.5, 3.5], nn.functional.interpolate(Samples.Of([1, 2, 3, 4], 1, 1, 4), scale_factor: [0.5], mode: InterpolationMode.Area));
    }

    [Fact]
    public void Interpolation_refuses_what_has_no_meaning()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = zeros(1, 1, 2, 2);
        Assert.Throws<ArgumentException>(() => nn.functional.interpolate(image));
        Assert.Throws<ArgumentException>(() => nn.functional.interpolate(image, [4, 4], [2, 2]));
        Assert.Throws<ArgumentException>(() => nn.functional.interpolate(image, [4, 4], mode: InterpolationMode.Linear));
        Assert.Throws<ArgumentException>(() => nn.functional.interpolate(image, [4, 4], align_corners: false));
        Assert.Throws<ArgumentException>(() => nn.functional.interpolate(image, [4, 4, 4]));
    }

    [Fact]
    public void Shuffles_move_channels()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Samples.Of([1, 2, 3, 4], 1, 4, 1, 1);
        Tensor shuffled = nn.PixelShuffle(2).forward(input);
        Assert.Equal([1, 1, 2, 2], shuffled.shape);
        Samples.Close([1, 2, 3, 4], shuffled);
        Samples.Close(input, nn.PixelUnshuffle(2).forward(shuffled));
        Samples.Close([1, 3, 2, 4], nn.ChannelShuffle(2).forward(input));
    }

    [Fact]
    public void Unfold_takes_windows_and_fold_adds_them_up()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = Samples.Of([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 1, 3, 3);
        Tensor columns = nn.Unfold(2).forward(image);
        Samples.Close([1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9], columns);
        Samples.Close([1, 2 * 2, 3, 4 * 2, 5 * 4, 6 * 2, 7, 8 * 2, 9], nn.Fold(3, 2).forward(columns));
    }

    [Fact]
    public void Grid_sampling_by_the_identity_map_gives_the_image_back()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = Samples.Wave(1, 2, 3, 4);
        Tensor grid = nn.functional.affine_grid(Samples.Of([1, 0, 0, 0, 1, 0], 1, 2, 3), [1, 2, 3, 4]);
        Samples.Close(image, nn.functional.grid_sample(image, grid));
        Samples.Close(image, nn.functional.grid_sample(image, grid, GridSampleMode.Nearest));
        Tensor outside = nn.functional.affine_grid(Samples.Of([1, 0, 9, 0, 1, 0], 1, 2, 3), [1, 2, 3, 4]);
        Samples.Close(zeros(1, 2, 3, 4), nn.functional.grid_sample(image, outside));
        Tensor border = nn.functional.grid_sample(image, outside, padding_mode: GridSamplePaddingMode.Border);
        Samples.Close(image[TensorIndex.Ellipsis, TensorIndex.Slice(3, 4)].expand(1, 2, 3, 4), border);
    }
}
