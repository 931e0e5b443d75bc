// QDROP003: Add a factory, and fill in what the model was trained with
[Quantize(W = 2, Factory = nameof(Create2))]
	private static Net Create2() => new(width: 0);