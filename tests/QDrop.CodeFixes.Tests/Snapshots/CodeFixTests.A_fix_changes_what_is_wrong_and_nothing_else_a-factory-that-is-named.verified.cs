// QDROP003: Add a factory, and fill in what the model was trained with
    private static Net Make() => new();