using static TorchSharp.torch;

namespace TorchSharp.Tests.Core;

/// <summary>The members of a dispose scope that take two or three things at once.</summary>
public sealed class DisposeScopePairTests
{
    [Fact]
    public void Pairs_and_triples_move_detach_and_survive_together()
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor a, b, c;
        using (DisposeScope inner = NewDisposeScope())
        {
            (a, b) = inner.MoveToOuter(zeros(1), zeros(1));
            (Tensor d, Tensor e, c) = inner.MoveToOther(outer, zeros(1), zeros(1), zeros(1));
            Assert.Equal(5, outer.DisposablesCount);
            Tensor kept = zeros(1), too = zeros(1), gone = zeros(1);
            inner.DisposeEverythingBut(kept, too);
            Assert.Equal(2, inner.DisposablesCount);
            Assert.True(gone.IsInvalid && !kept.IsInvalid && !d.IsInvalid && !e.IsInvalid);
        }
        outer.Detach(a, b);
        Assert.Equal(3, outer.DisposablesCount);
        outer.DisposeEverything();
        Assert.True(c.IsInvalid && !a.IsInvalid && !b.IsInvalid);
        a.Dispose();
        b.Dispose();
    }
}
