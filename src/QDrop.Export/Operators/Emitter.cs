namespace QDrop.Operators;

/// <summary>Writes an operation.</summary>
/// <returns>The name of its result.</returns>
/// <exception cref="NotOnnxException">It cannot be written.</exception>
internal delegate string Emitter(Emission emission);
