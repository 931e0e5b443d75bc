using Deploy;
using QDrop;

if (args is not [string model, string picture])
{
    Console.Error.WriteLine("usage: classify MODEL.qdrop.safetensors PICTURE");
    return 2;
}
try
{
    using var program = QuantizedProgram.Load(model);
    float[] logits = new float[Labels.Names.Count];
    program.Run(Picture.Read(File.ReadAllBytes(picture)), logits);
    (string name, double probability) = Labels.Best(logits);
    Console.WriteLine($"{name} ({probability:P0})");
    return 0;
}
catch (Exception e) when (e is QDropException or IOException or InvalidDataException or ArgumentException)
{
    Console.Error.WriteLine($"error{(e is QDropException known ? " " + known.Code : "")}: {e.Message}");
    return 1;
}
