using System.Text.Json;
using QDrop.Calibration.Reconstruction;
using QDrop.Tests.Golden;
using Xunit;

namespace QDrop.Tests.Reconstruction;

public sealed class TemperatureTests
{
    [Fact]
    public void Beta_is_that_of_the_published_implementation()
    {
        JsonElement golden = GoldenVectors.Section("temperature");
        var temperature = new Temperature(
            golden.Whole("iterations"), golden.Number("warm_up"), golden.Number("start"), golden.Number("end"));
        foreach (JsonElement pair in golden.GetProperty("values").EnumerateArray())
            Assert.Equal(pair[1].GetDouble(), temperature.Beta(pair[0].GetInt32()), 1e-9);
    }

    [Fact]
    public void The_regulariser_begins_after_the_warm_up()
    {
        var temperature = new Temperature(40, 0.2, 20, 2);
        Assert.False(temperature.IsActive(7));
        Assert.True(temperature.IsActive(8));
    }

    [Fact]
    public void A_warm_up_over_everything_leaves_the_last_iteration_only()
    {
        var temperature = new Temperature(10, 1, 20, 2);
        Assert.False(temperature.IsActive(9));
        Assert.True(double.IsFinite(temperature.Beta(10)));
    }
}
