using static TorchSharp.torch;

namespace TorchSharp.Tests.Core;

/// <summary>Dispose scopes: what they free, what leaves them, and that threads do not meet.</summary>
public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_frees_what_was_made_in_it_and_nothing_else()
    {
        Tensor outside = ones(2), inside, moved;
        using (DisposeScope scope = NewDisposeScope())
        {
            inside = ones(2);
            moved = (inside + outside).MoveToOuterDisposeScope();
            Assert.Equal(1, scope.DisposablesCount);
        }
        Assert.True(inside.IsInvalid);
        Assert.False(outside.IsInvalid);
        Assert.Equal([2f, 2f], moved.data<float>().ToArray());
        outside.Dispose();
        moved.Dispose();
    }

    [Fact]
    public void Moving_out_of_a_nested_scope_ends_in_the_next_one()
    {
        Tensor x;
        using (DisposeScope outer = NewDisposeScope())
        {
            using (NewDisposeScope()) x = ones(1).MoveToOuterDisposeScope();
            Assert.False(x.IsInvalid);
            Assert.True(outer.Contains(x));
            Assert.Same(outer, CurrentDisposeScope);
        }
        Assert.True(x.IsInvalid);
    }

    [Fact]
    public void A_detached_tensor_outlives_every_scope_and_can_be_attached_again()
    {
        Tensor x;
        using (NewDisposeScope())
        using (NewDisposeScope()) x = ones(1).DetachFromDisposeScope();
        Assert.False(x.IsInvalid);
        using (DisposeScope scope = NewDisposeScope()) scope.Attach(x);
        Assert.True(x.IsInvalid);
    }

    [Fact]
    public void Everything_but_what_is_kept_is_disposed()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = ones(1), b = ones(1), c = ones(1);
        (Tensor keptA, Tensor keptB) = scope.DisposeEverythingBut(a, b);
        Assert.Same(a, keptA);
        Assert.Same(b, keptB);
        Assert.True(c.IsInvalid);
        Assert.Equal(2, scope.DisposablesCount);
        scope.DisposeEverything();
        Assert.True(a.IsInvalid && b.IsInvalid);
    }

    [Fact]
    public void An_outer_scope_can_be_left_before_the_inner_one()
    {
        DisposeScope outer = NewDisposeScope(), inner = NewDisposeScope();
        Tensor x = ones(1);
        outer.Dispose();
        Assert.False(x.IsInvalid);
        Assert.Same(inner, CurrentDisposeScope);
        inner.Dispose();
        Assert.True(x.IsInvalid);
        Assert.Null(CurrentDisposeScope);
    }

    [Fact]
    public void In_place_operators_give_the_same_object()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2);
        Assert.Same(x, x.add_(1));
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public async Task Statistics_count_a_tensor_once_where_it_was_made_and_freed()
    {
        await Task.Run(static () =>
        {
            DisposeScopeManager.Statistics.Reset();
            Tensor outside = ones(1);
            using (NewDisposeScope()) _ = ones(1);
            outside.Dispose();
            LifetimeStatistics statistics = DisposeScopeManager.Statistics.TensorStatistics;
            Assert.Equal((1, 1, 1, 1), (statistics.CreatedOutsideScopeCount, statistics.CreatedInScopeCount, statistics.DisposedOutsideScopeCount, statistics.DisposedInScopeCount));
            Assert.Equal(0, statistics.ThreadTotalLiveCount);
        });
    }

    [Fact]
    public async Task Scopes_of_threads_do_not_meet()
    {
        Task[] workers = [.. Enumerable.Range(0, 8).Select(static worker => Task.Factory.StartNew(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                Tensor kept;
                using (DisposeScope scope = NewDisposeScope())
                {
                    Tensor x = torch.full(new long[] { 4 }, worker), y = x * 2;
                    Assert.Equal(2, scope.DisposablesCount);
                    kept = y.MoveToOuterDisposeScope();
                }
                Assert.Equal(worker * 8.0, kept.sum().ToDouble());
                kept.Dispose();
            }
        }, TaskCreationOptions.LongRunning))];
        await Task.WhenAll(workers);
    }

    [Fact]
    public void A_tensor_disposed_by_another_thread_leaves_its_scope()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] tensors = [.. Enumerable.Range(0, 1000).Select(static _ => ones(1))];
        Parallel.ForEach(tensors, static tensor => tensor.Dispose());
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void A_disposed_tensor_is_refused_and_disposing_twice_is_harmless()
    {
        Tensor x = ones(2);
        x.Dispose();
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => x.shape);
        Assert.Throws<ObjectDisposedException>(() => x + 1);
        Assert.Throws<ObjectDisposedException>(() => ones(2).add_(x));
    }

    [Fact]
    public void A_parameter_takes_the_place_of_the_tensor_it_is_made_of()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(3);
        Modules.Parameter p = new(x);
        Assert.True(x.IsInvalid);
        Assert.True(p.requires_grad && p.is_leaf);
        Assert.Equal(1, scope.DisposablesCount);
    }
}
