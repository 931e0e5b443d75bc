using System.Diagnostics;
using System.Text.Json;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using QDrop.Protocol;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace QDrop.Build.Tests;

/// <summary>What the task makes of a worker's messages and of the ways in which it can end.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public void A_finished_worker_leaves_stamp_and_inputs_and_one_line_in_the_log()
    {
        using var fake = new FakeWorker(
            $$"""
            {{FakeWorker.Hello}}
            echo x > "$out/App.Net.qdrop.safetensors"; echo x > "$out/App.Net.qdrop.json"
            echo '{"Kind":"input","Text":"/data/weights é.safetensors"}'
            echo "{\"Kind\":\"result\",\"Model\":\"App.Net\",\"Outcome\":\"calibrated\",\"Artifact\":\"$out/App.Net.qdrop.safetensors\",\"Report\":\"$out/App.Net.qdrop.json\"}"
            {{FakeWorker.Summary}}
            """);

        Assert.True(fake.Task.Execute());

        Assert.Empty(fake.Engine.Errors);
        Assert.Equal(["QDrop: done"], fake.Engine.MessagesOf(MessageImportance.High));
        Assert.Equal(
            ["App.Net.qdrop.json", "App.Net.qdrop.safetensors", "qdrop.inputs.txt", "qdrop.stamp"], fake.Files);
        Assert.Equal(["/data/weights é.safetensors"], File.ReadAllLines(fake.Task.InputList));
    }

    [Fact]
    public void The_request_says_what_the_project_says()
    {
        using var fake = new FakeWorker($$"""
            echo "$request" > "$out/request.json"
            {{FakeWorker.Hello}}
            {{FakeWorker.Summary}}
            """);
        fake.Task.Models =
        [
            new TaskItem(
                "App.Größe",
                new Dictionary<string, string>
                {
                    ["W"] = "2",
                    ["Weights"] = "a b@\"c\\.safetensors",
                    ["A"] = "",
                }),
        ];
        fake.Task.Overrides =
        [
            new TaskItem("Iterations", new Dictionary<string, string> { ["Value"] = "7" }),
            new TaskItem("Seed"),
        ];
        fake.Task.Threads = "3";
        fake.Task.MemoryLimit = "512";

        Assert.True(fake.Task.Execute());

        using var request = JsonDocument.Parse(File.ReadAllText(Path.Combine(fake.OutputDirectory, "request.json")));
        JsonElement root = request.RootElement;
        JsonElement model = root.GetProperty("Models")[0];
        Assert.Equal("App.Größe", model.GetProperty("Name").GetString());
        Assert.Equal(
            [("W", "2"), ("Weights", "a b@\"c\\.safetensors")],
            model
                .GetProperty("Metadata")
                .EnumerateArray()
                .Select(static m => (m.GetProperty("Name").GetString()!, m.GetProperty("Value").GetString()!)));
        JsonElement setting = Assert.Single(root.GetProperty("Overrides").EnumerateArray());
        Assert.Equal("7", setting.GetProperty("Value").GetString());
        Assert.Equal(3, root.GetProperty("Threads").GetInt32());
        Assert.Equal(512, root.GetProperty("MemoryLimit").GetInt32());
        Assert.Equal(Environment.ProcessId, root.GetProperty("BuildProcess").GetInt32());
        Assert.Equal(fake.Task.Assembly, root.GetProperty("Assembly").GetString());
    }

    [Fact]
    public void Diagnostics_keep_code_file_line_column_and_text()
    {
        using var fake = new FakeWorker(
            $$"""
            {{FakeWorker.Hello}}
            echo '{"Kind":"diagnostic","Severity":"warning","Code":"QDROP110","File":"/p/App.csproj","Line":3,"Column":9,"Text":"odd {0} %20"}'
            echo '{"Kind":"diagnostic","Severity":"error","Code":"QDROP210","File":"/p/Net ü.cs","Line":12,"Column":5,"Text":"no such file; {braces}"}'
            {{FakeWorker.Summary}}
            exit 1
            """);

        Assert.False(fake.Task.Execute());

        BuildWarningEventArgs warning = Assert.Single(fake.Engine.Warnings);
        Assert.Equal(
            ("QDROP110", "/p/App.csproj", 3, 9, "odd {0} %20"),
            (warning.Code, warning.File, warning.LineNumber, warning.ColumnNumber, warning.Message));
        BuildErrorEventArgs error = Assert.Single(fake.Engine.Errors);
        Assert.Equal(
            ("QDROP210", "/p/Net ü.cs", 12, 5, "no such file; {braces}"),
            (error.Code, error.File, error.LineNumber, error.ColumnNumber, error.Message));
    }

    [Fact]
    public void Exit_0_after_an_error_is_a_failure_without_stamp()
    {
        using var fake = new FakeWorker($$"""
            {{FakeWorker.Hello}}
            echo '{"Kind":"diagnostic","Severity":"error","Code":"QDROP240","Text":"NaN"}'
            {{FakeWorker.Summary}}
            """);

        Assert.False(fake.Task.Execute());

        Assert.Empty(fake.Files);
    }

    [Theory]
    [InlineData("kill -SEGV $$", "QDROP102", "signal 11")]
    [InlineData("kill -KILL $$", "QDROP102", "ran out of memory")]
    [InlineData("exit 0", "QDROP102", "exit status 0")]
    public void A_worker_that_ends_early_is_an_error_with_the_end_of_what_it_wrote(
        string end, string code, string reason)
    {
        using var fake = new FakeWorker($$"""
            {{FakeWorker.Hello}}
            echo x > "$out/App.Net.qdrop.safetensors"; echo x > "$out/.qdrop-1234.tmp"
            for i in $(seq 30); do echo "line $i" >&2; done
            {{end}}
            """);

        Assert.False(fake.Task.Execute());

        BuildErrorEventArgs error = Assert.Single(fake.Engine.Errors);
        Assert.Equal(code, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("line 30", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("line 10\n", error.Message, StringComparison.Ordinal);
        Assert.Empty(fake.Files);
    }

    [Fact]
    public void A_worker_that_never_greets_could_not_be_started()
    {
        using var fake = new FakeWorker("echo 'You must install .NET' >&2; exit 150");

        Assert.False(fake.Task.Execute());

        BuildErrorEventArgs error = Assert.Single(fake.Engine.Errors);
        Assert.Equal("QDROP101", error.Code);
        Assert.Contains("You must install .NET", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_worker_of_another_release_is_an_error()
    {
        using var fake = new FakeWorker($$"""
            echo '{"Kind":"hello","Version":99}'
            {{FakeWorker.Summary}}
            """);

        Assert.False(fake.Task.Execute());

        Assert.Equal("QDROP104", Assert.Single(fake.Engine.Errors).Code);
    }

    [Fact]
    public void Garbage_between_messages_is_logged_and_harms_nothing()
    {
        using var fake = new FakeWorker($$"""
            echo 'not json'; echo '{"Kind":"unheard of"}'; echo '[1]'; echo '{"Kind":'; printf '\xff\xfe\n'
            {{FakeWorker.Hello}}
            echo 'from the user' >&2
            {{FakeWorker.Summary}}
            """);

        Assert.True(fake.Task.Execute());

        Assert.Contains("not json", fake.Engine.MessagesOf(MessageImportance.Low));
        Assert.Contains("from the user", fake.Engine.MessagesOf(MessageImportance.Normal));
        Assert.Equal(["QDrop: done"], fake.Engine.MessagesOf(MessageImportance.High));
    }

    [Fact]
    public void Progress_is_told_in_the_workers_words_and_members_that_are_not_known_are_not_read()
    {
        using var fake = new FakeWorker(
            $$"""
            {{FakeWorker.Hello}}
            echo '{"Kind":"progress","Model":"App.Net","Phase":"reconstruct","Unit":"layer1.0","UnitIndex":2,"UnitCount":5,"Iteration":40,"Iterations":100,"Loss":0.25,"ReconstructionLoss":0.2,"RoundingLoss":0.05,"Settled":0.63,"SecondsLeft":80.5,"Text":"layer1.0 (2 of 5): 40 of 100, loss 0.2 + rounding 0.05, 63 % settled, about 1 min 20 s left","Later":[1]}'
            {{FakeWorker.Summary}}
            """);

        Assert.True(fake.Task.Execute());

        Assert.Contains(
            "App.Net: layer1.0 (2 of 5): 40 of 100, loss 0.2 + rounding 0.05, 63 % settled, about 1 min 20 s left",
            fake.Engine.MessagesOf(MessageImportance.Normal));
    }

    [Fact]
    public void Progress_of_a_unit_that_begins_leaves_out_what_is_not_known()
    {
        string line = JsonLine.Write(
            new WorkerMessage
            {
                Kind = MessageKind.Progress,
                Unit = "conv1",
                Settled = 0,
                RoundingLoss = null,
                SecondsLeft = null,
            });
        Assert.Equal("""{"Kind":"progress","Settled":0,"Unit":"conv1"}""", line);
        WorkerMessage read = JsonLine.TryRead<WorkerMessage>(line)!;
        Assert.Equal(
            (0.0, null, null, null), (read.Settled, read.RoundingLoss, read.ReconstructionLoss, read.SecondsLeft));
    }

    [Fact]
    public void Progress_stands_in_a_file_that_is_gone_at_the_end()
    {
        using var fake = new FakeWorker(
            $$"""
            {{FakeWorker.Hello}}
            echo '{"Kind":"progress","Model":"App.Net","Phase":"reconstruct","Unit":"layer1.0","UnitIndex":2,"UnitCount":5,"Iteration":40,"Iterations":100,"Loss":0.25}'
            for i in $(seq 100); do [ -s "$out/progress.json" ] && break; sleep 0.05; done
            cp "$out/progress.json" "$out/seen.txt"
            {{FakeWorker.Summary}}
            """);

        Assert.True(fake.Task.Execute());

        using var seen = JsonDocument.Parse(File.ReadAllText(Path.Combine(fake.OutputDirectory, "seen.txt")));
        Assert.Equal(40, seen.RootElement.GetProperty("Iteration").GetInt32());
        Assert.Contains(
            "App.Net: reconstruct, unit 2/5 layer1.0, iteration 40/100, loss 0.25",
            fake.Engine.MessagesOf(MessageImportance.Normal));
        Assert.DoesNotContain("progress.json", fake.Files);
    }

    [Fact]
    public void Results_of_models_that_are_gone_are_removed()
    {
        using var fake = new FakeWorker($$"""
            {{FakeWorker.Hello}}
            {{FakeWorker.Summary}}
            """);
        fake.Write("obj/qdrop/App.Old.qdrop.safetensors", "");
        fake.Write("obj/qdrop/App.Old.qdrop.json", "");
        fake.Write("obj/qdrop/App.Old.qdrop.key", "");
        fake.Write("obj/qdrop/App.Old.qdrop.checkpoint", "");

        Assert.True(fake.Task.Execute());

        Assert.Equal(["qdrop.inputs.txt", "qdrop.stamp"], fake.Files);
    }

    [Fact]
    public async Task A_cancelled_build_lets_the_worker_stop_by_itself()
    {
        // `cat` ends with its input: that is how the worker is asked to stop.
        using var fake = new FakeWorker($$"""
            {{FakeWorker.Hello}}
            touch "$out/started"
            cat > /dev/null
            touch "$out/stopped" "$out/App.Net.qdrop.checkpoint"
            exit 3
            """);
        Task<bool> run = Task.Run(fake.Task.Execute);
        await WaitFor(Path.Combine(fake.OutputDirectory, "started"));

        fake.Task.Cancel();

        Assert.False(await run.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("stopped", fake.Files);
        Assert.Contains("App.Net.qdrop.checkpoint", fake.Files);
        Assert.Equal(
            ["QDrop: stopped; the next build goes on after the units that are finished."],
            fake.Engine.MessagesOf(MessageImportance.High));
        Assert.Empty(fake.Engine.Errors);
        Assert.DoesNotContain("qdrop.stamp", fake.Files);
    }

    [Fact]
    public async Task A_worker_that_does_not_stop_is_killed_with_its_children()
    {
        using var fake = new FakeWorker($$"""
            {{FakeWorker.Hello}}
            sleep 120 &
            echo $! > "$out/child.txt"
            touch "$out/started"
            wait
            """);
        Task<bool> run = Task.Run(fake.Task.Execute);
        await WaitFor(Path.Combine(fake.OutputDirectory, "started"));
        int child = int.Parse(
            File.ReadAllText(Path.Combine(fake.OutputDirectory, "child.txt")),
            System.Globalization.CultureInfo.InvariantCulture);

        fake.Task.Cancel();

        Assert.False(await run.WaitAsync(TimeSpan.FromSeconds(20)));
        // A kill is a signal, which the system delivers when the process is next scheduled; the task waits for its
        // worker, not for that one's children.
        await Until(() => !IsRunning(child), "The worker's child still runs.");
    }

    [Fact]
    public void Inside_a_build_no_worker_is_started()
    {
        using var fake = new FakeWorker($$"""
            {{FakeWorker.Hello}}
            touch "$out/started"
            {{FakeWorker.Summary}}
            """);
        fake.Task.IsInsideBuild = true;

        Assert.False(fake.Task.Execute());

        Assert.Equal("QDROP103", Assert.Single(fake.Engine.Errors).Code);
        Assert.Empty(fake.Files);
    }

    [Fact]
    public void The_worker_knows_that_it_is_inside_a_build()
    {
        using var fake = new FakeWorker($$"""
            {{FakeWorker.Hello}}
            echo "{\"Kind\":\"summary\",\"Text\":\"QDROP_INSIDE_BUILD=$QDROP_INSIDE_BUILD\"}"
            """);

        Assert.True(fake.Task.Execute());

        Assert.Equal(["QDROP_INSIDE_BUILD=1"], fake.Engine.MessagesOf(MessageImportance.High));
    }

    [Fact]
    public void An_assembly_without_models_starts_no_worker()
    {
        using var fake = new FakeWorker("touch \"$out/started\"");
        fake.Task.Models = [];
        fake.Task.Assembly = fake.Write("Other.dll", "nothing of ours");

        Assert.True(fake.Task.Execute());

        Assert.Equal(["qdrop.inputs.txt", "qdrop.stamp"], fake.Files);
        Assert.Empty(fake.Engine.MessagesOf(MessageImportance.High));
    }

    private static Task WaitFor(string file) => Until(() => File.Exists(file), "The worker did not start.");

    private static async Task Until(Func<bool> condition, string otherwise)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), otherwise);
            await Task.Delay(20);
        }
    }

    private static bool IsRunning(int process)
    {
        // A killed child whose parent is gone stays a zombie until init has taken note of it.
        try
        {
            return !File.ReadAllText($"/proc/{process}/status").Contains("State:\tZ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It is gone, perhaps while its state was read.
            return false;
        }
    }
}
