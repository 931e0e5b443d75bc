using System.Globalization;
using System.Text;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>Tensors as text, in the styles of <see cref="TensorStringStyle"/>.</summary>
internal sealed class TensorText
{
    // Of a dimension longer than this, the first and last elements are shown.
    private const int Longest = 20;
    private const int Edge = 3;

    private readonly string _format;
    private readonly CultureInfo _culture;
    private readonly string _newLine;
    private readonly TensorStringStyle _style;

    private TensorText(TensorStringStyle style, string? format, CultureInfo? culture, string? newLine)
    {
        _style = style is TensorStringStyle.Default ? TensorStringStyle.Julia : style;
        _format = format ?? "g5";
        _culture = culture ?? CultureInfo.InvariantCulture;
        _newLine = newLine ?? Environment.NewLine;
    }

    internal static string Metadata(Tensor tensor) =>
        $"[{string.Join("x", tensor.shape)}], type = {tensor.dtype}, device = {tensor.device}{(tensor.name is null ? "" : $", name = {tensor.name}")}";

    internal static string Write(Tensor tensor, TensorStringStyle style, string? format, CultureInfo? culture, string? newLine)
    {
        if (style is TensorStringStyle.Metadata || tensor.is_meta) return Metadata(tensor);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        return new TensorText(style, format, culture, newLine).Write(tensor.detach().cpu());
    }

    private string Write(Tensor tensor)
    {
        if (tensor.is_sparse) tensor = tensor.to_dense();
        var text = new StringBuilder();
        switch (_style)
        {
            case TensorStringStyle.Numpy:
                Nested(text, tensor, "[", "]", 1);
                break;
            case TensorStringStyle.CSharp:
                text.Append(_culture, $"{Metadata(tensor)}, value = ");
                Nested(text, tensor, "{", "}", 1);
                break;
            default:
                text.Append(Metadata(tensor));
                if (tensor.dim() == 0) text.Append(_culture, $", value = {One(tensor)}");
                else if (tensor.numel() > 0) Matrices(text, tensor, []);
                break;
        }
        return text.ToString();
    }

    // Rows of columns; of more dimensions one matrix after the other, each under its index.
    private void Matrices(StringBuilder text, Tensor tensor, IReadOnlyList<long> index)
    {
        if (tensor.dim() > 2)
        {
            foreach (long i in Shown(tensor.size(0)))
            {
                if (i < 0) text.Append(_newLine).Append("...");
                else Matrices(text, tensor[i], [.. index, i]);
            }
            return;
        }
        if (index.Count > 0) text.Append(_newLine).Append(_culture, $"[{string.Join(",", index)},..,..] =");
        if (tensor.dim() == 1)
        {
            text.Append(_newLine).Append(' ').AppendJoin(' ', Cells(tensor));
            return;
        }
        List<string[]> rows = [.. Shown(tensor.size(0)).Select(i => i < 0 ? ["..."] : Cells(tensor[i]).ToArray())];
        int width = rows.Max(static row => row.Max(static cell => cell.Length));
        foreach (string[] row in rows)
            text.Append(_newLine).Append(' ').AppendJoin(' ', row.Select(cell => row.Length == 1 && cell == "..." ? cell : cell.PadLeft(width)));
    }

    private void Nested(StringBuilder text, Tensor tensor, string open, string close, int depth)
    {
        if (tensor.dim() == 0)
        {
            text.Append(One(tensor));
            return;
        }
        text.Append(open);
        bool first = true;
        foreach (long i in Shown(tensor.size(0)))
        {
            if (!first) text.Append(',').Append(tensor.dim() == 1 ? " " : _newLine + new string(' ', depth));
            first = false;
            if (i < 0) text.Append("...");
            else Nested(text, tensor[i], open, close, depth + 1);
        }
        text.Append(close);
    }

    private IEnumerable<string> Cells(Tensor row) => Shown(row.size(0)).Select(i => i < 0 ? "..." : One(row[i]));

    private string One(Tensor element) => element.dtype switch
    {
        ScalarType.Bool => element.ToBoolean() ? "true" : "false",
        ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64 => Complex(element.ToComplexFloat64()),
        ScalarType.QInt8 or ScalarType.QUInt8 or ScalarType.QInt32 => element.dequantize().ToDouble().ToString(_format, _culture),
        _ when torch.is_integral(element.dtype) => element.ToInt64().ToString(_culture),
        _ => element.ToDouble().ToString(_format, _culture),
    };

    private string Complex(System.Numerics.Complex value) =>
        value.Real.ToString(_format, _culture) + (value.Imaginary < 0 ? "" : "+") + value.Imaginary.ToString(_format, _culture) + "i";

    // The indices to show; -1 stands for those left out.
    private static IEnumerable<long> Shown(long size)
    {
        for (long i = 0; i < size; i++)
        {
            if (size > Longest && i == Edge)
            {
                yield return -1;
                i = size - Edge;
            }
            yield return i;
        }
    }
}
