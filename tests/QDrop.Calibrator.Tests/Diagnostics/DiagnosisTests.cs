using System.Reflection;
using QDrop.Calibrator;
using QDrop.Protocol;
using Xunit;
using static TorchSharp.torch;

namespace QDrop.Tests.Diagnostics;

/// <summary>What the build is told of an exception.</summary>
public sealed class DiagnosisTests
{
    [Fact]
    public void An_exception_of_the_users_code_is_named_with_its_place()
    {
        Exception error = Assert.Throws<FormatException>(Load);
        string text = Diagnosis.Describe(error);
        string place = $"(at {typeof(DiagnosisTests).FullName}.{nameof(Load)} in ";
        Assert.StartsWith($"FormatException: no number {place}", text, StringComparison.Ordinal);
        Assert.Matches(@"DiagnosisTests\.cs:line [0-9]+\)$", text);
        Assert.True(Diagnosis.IsInUserCode(error));
        Assert.False(Diagnosis.IsThrownByTorch(error));
    }

    [Fact]
    public void What_reflection_wraps_around_an_exception_is_taken_off()
    {
        MethodInfo load = typeof(DiagnosisTests).GetMethod(nameof(Load), BindingFlags.NonPublic | BindingFlags.Static)!;
        Exception error = Assert.Throws<TargetInvocationException>(() => load.Invoke(null, null));
        var wrapped = new TypeInitializationException("App.Data", error);
        Assert.IsType<FormatException>(Diagnosis.Unwrap(wrapped));
        Assert.StartsWith("FormatException: no number", Diagnosis.Describe(wrapped), StringComparison.Ordinal);
        Assert.True(Diagnosis.IsInUserCode(wrapped));
    }

    [Fact]
    public void An_exception_of_libtorch_is_told_from_one_of_the_users_code()
    {
        using Tensor two = zeros(2);
        Exception error = Assert.ThrowsAny<Exception>(() => two.view(3));
        Assert.True(Diagnosis.IsThrownByTorch(error));
        Assert.True(Diagnosis.IsThrownByTorch(new TargetInvocationException(error)));
    }

    [Fact]
    public void Where_libtorch_says_it_in_its_own_code_is_left_out()
    {
        var error = new InvalidOperationException("no such shape\nException raised from view at Tensor.cpp:1\n0x0");
        Assert.Equal("InvalidOperationException: no such shape", Diagnosis.Describe(error));
        Assert.False(Diagnosis.IsInUserCode(error));
    }

    [Fact]
    public void A_message_has_severity_code_text_and_place()
    {
        WorkerMessage message = Diagnosis.Warning("QDROP107", "half", new Place("App.csproj", 4, 9));
        Assert.Equal(MessageKind.Diagnostic, message.Kind);
        Assert.Equal(("warning", "QDROP107", "half"), (message.Severity, message.Code, message.Text));
        Assert.Equal(("App.csproj", 4, 9), (message.File, message.Line, message.Column));
        Assert.Equal("error", Diagnosis.Error("QDROP107", "half", new Place(null)).Severity);
    }

    private static void Load() => throw new FormatException("no number");
}
