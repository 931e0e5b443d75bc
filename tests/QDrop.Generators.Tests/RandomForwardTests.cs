using System.Globalization;
using System.Text;
using QDrop.Generators.Tests.Helpers;

namespace QDrop.Generators.Tests;

/// <summary>
/// Promise 1 for forwards that nobody thought of: random programs, from fixed seeds, mean the same in the twin.
/// </summary>
[Collection("torch")]
public sealed class RandomForwardTests
{
    private const int Programs = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_random_forward_computes_what_was_written(int seed)
    {
        var random = new Random(seed);
        string[] sources = [.. Enumerable.Range(0, Programs).Select(i => new Program(random).Model($"Net{i}"))];
        var run = GeneratorRun.Of(GeneratorRun.Compile(sources.Select((s, i) => ($"Net{i}.cs", s))));
        // What the generator refuses (a tensor changed in place that others see) is no model; the others must be right.
        string[] types =
        [
            .. Enumerable
                .Range(0, Programs)
                .Select(i => $"Models.Net{i}")
                .Where(t => run.Sources.ContainsKey(t + ".Quantized.g.cs")),
        ];
        Assert.True(types.Length > Programs / 2);
        foreach (((float[] expected, float[] found), string type) in Twins
                .Run(run, types, new long[] { 2, 4, 6, 6 })
                .Zip(types))
            Assert.True(
                expected.AsSpan().SequenceEqual(found),
                $"{type}\n{sources[int.Parse(type["Models.Net".Length..], CultureInfo.InvariantCulture)]}\n{run.Sources[type + ".Quantized.g.cs"]}"
            );
    }

    /// <summary>A program over the locals a, b and c; every value has the input's shape.</summary>
    private sealed class Program(Random random)
    {
        private readonly StringBuilder _text = new();
        private int _counters;

        public string Model(string name)
        {
            Block(8, depth: 0, inLoop: false);
            string body = $"Tensor a = conv1.forward(x), b = x, c = relu(x);\n{_text}return {Value(2)};";
            string flags = $"private readonly bool p = {Flag()}, q = {Flag()}, r = {Flag()};";
            return Forwards
                .Source(flags, body)
                .Replace("class Net ", $"class {name} ")
                .Replace("public Net()", $"public {name}()")
                .Replace("class Extensions", $"class Extensions{name}");
        }

        private void Block(int statements, int depth, bool inLoop)
        {
            for (int i = random.Next(1, statements + 1); i > 0; i--)
                Statement(depth, inLoop);
        }

        private void Statement(int depth, bool inLoop)
        {
            int kind = random.Next(depth < 3 ? 16 : 10);
            switch (kind)
            {
                case 6:
                    string target = Local();
                    _text.Append(CultureInfo.InvariantCulture, $"{target} = {Unary(target)};\n");
                    break;
                case 7:
                    _text.Append(CultureInfo.InvariantCulture, $"{Local()} += {Value(2)};\n");
                    break;
                case 8 when random.Next(4) == 0:
                    _text.Append(
                        CultureInfo.InvariantCulture,
                        $"{Local()}.{(random.Next(2) == 0 ? "tanh_()" : $"add_({Local()})")};\n");
                    break;
                case < 6 or 8:
                    _text.Append(CultureInfo.InvariantCulture, $"{Local()} = {Value(3)};\n");
                    break;
                case 9 when inLoop:
                    _text.Append(
                        CultureInfo.InvariantCulture,
                        $"if ({Condition()}) {(random.Next(2) == 0 ? "break" : "continue")};\n");
                    break;
                case 9:
                    _text.Append(CultureInfo.InvariantCulture, $"if ({Condition()} && q) return {Local()};\n");
                    break;
                case < 12:
                    Nested($"if ({Condition()})", depth, inLoop);
                    if (random.Next(2) == 0)
                        Nested("else", depth, inLoop);
                    break;
                case < 14:
                    string counter = $"i{_counters++}";
                    Nested($"for (var {counter} = 0; {counter} < {random.Next(3)}; {counter}++)", depth, inLoop: true);
                    break;
                case 14:
                    Nested("", depth, inLoop);
                    break;
                default:
                    Nested("do", depth, inLoop: true);
                    _text.Append("while (x.shape[0] > 9);\n");
                    break;
            }
        }

        private void Nested(string head, int depth, bool inLoop)
        {
            _text.Append(head).Append("\n{\n");
            Block(4, depth + 1, inLoop);
            _text.Append("}\n");
        }

        private string Value(int depth) => depth == 0 ? Local() : random.Next(7) switch
        {
            0 => Local(),
            1 => $"tanh({Value(depth - 1)} {"+-*"[random.Next(3)]} {Value(depth - 1)})",
            2 => $"({Condition()} ? {Value(depth - 1)} : {Value(depth - 1)})",
            3 => $"{Local()} + {Value(depth - 1)}",
            _ => Unary(Value(depth - 1)),
        };

        private string Unary(string value) => random.Next(8) switch
        {
            0 => $"conv1.forward({value})",
            1 or 2 => $"conv2.forward({value})",
            3 => $"relu({value})",
            4 => $"({value}).tanh()",
            5 => $"({value}) * 0.5",
            6 => $"functional.pad(({value}).narrow(2, 0, x.shape[2] - 1), (0L, 0L, 0L, 1L))",
            _ => $"functional.avg_pool2d({value}, 1)",
        };

        private string Local() => "abc"[random.Next(3)].ToString();

        private string Condition() => "pqr"[random.Next(3)].ToString();

        private string Flag() => random.Next(2) == 0 ? "true" : "false";
    }
}
