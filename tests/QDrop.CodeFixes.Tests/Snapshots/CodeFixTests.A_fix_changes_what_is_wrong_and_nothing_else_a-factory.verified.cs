// QDROP003: Add a factory, and fill in what the model was trained with
[Quantize(Factory = nameof(Create))]
    private static Net Create() => new(width: 0, @in: false, size: default, name: "", more: null, sizes: null!);