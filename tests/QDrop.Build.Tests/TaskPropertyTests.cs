using Microsoft.Build.Framework;
using Xunit;

namespace QDrop.Build.Tests;

/// <summary>Properties of the task that cannot be used.</summary>
public sealed class TaskPropertyTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("two")]
    public void A_thread_count_that_is_none_is_an_error(string threads)
    {
        using var fake = new FakeWorker("");
        fake.Task.Threads = threads;

        Assert.False(fake.Task.Execute());

        BuildErrorEventArgs error = Assert.Single(fake.Engine.Errors);
        Assert.Equal("QDROP106", error.Code);
        Assert.Contains(threads, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2GB")]
    public void A_memory_limit_that_is_none_is_an_error(string limit)
    {
        using var fake = new FakeWorker("");
        fake.Task.MemoryLimit = limit;

        Assert.False(fake.Task.Execute());

        BuildErrorEventArgs error = Assert.Single(fake.Engine.Errors);
        Assert.Equal("QDROP106", error.Code);
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_does_not_exist_is_an_error()
    {
        using var fake = new FakeWorker("");
        fake.Task.DotNetHost = "/nowhere/dotnet";

        Assert.False(fake.Task.Execute());

        Assert.Equal("QDROP101", Assert.Single(fake.Engine.Errors).Code);
    }
}
