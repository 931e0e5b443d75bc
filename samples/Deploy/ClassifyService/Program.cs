using System.Text.Json.Serialization;
using Deploy;
using QDrop;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services.ConfigureHttpJsonOptions(static o => o.SerializerOptions.TypeInfoResolverChain.Add(Answers.Default));
string model = builder.Configuration["Model"] ?? "Cifar10.ResNet20.qdrop.safetensors";
// One program for all requests: any number of them may run it at once.
builder.Services.AddSingleton(_ => QuantizedProgram.Load(model));

WebApplication app = builder.Build();
_ = app.Services.GetRequiredService<QuantizedProgram>();
app.MapPost("/classify", static async (HttpRequest request, QuantizedProgram program) =>
{
    var content = new MemoryStream();
    await request.Body.CopyToAsync(content);
    try
    {
        float[] logits = new float[Labels.Names.Count];
        program.Run(Picture.Read(content.ToArray()), logits);
        (string name, double probability) = Labels.Best(logits);
        return Results.Ok(new Answer(name, probability));
    }
    catch (InvalidDataException e)
    {
        return Results.BadRequest(new Refusal(e.Message));
    }
});
app.Run();

/// <summary>What the service answers.</summary>
internal sealed record Answer(string Class, double Probability);

/// <summary>Why the service gives no answer.</summary>
internal sealed record Refusal(string Error);

/// <summary>The answers as JSON, without reflection.</summary>
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(Refusal))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class Answers : JsonSerializerContext;
