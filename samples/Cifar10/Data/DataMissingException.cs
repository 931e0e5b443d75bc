namespace Cifar10.Data;

/// <summary>CIFAR-10 is not where it is looked for.</summary>
/// <param name="message">Where it was looked for, and what to do.</param>
internal sealed class DataMissingException(string message) : Exception(message);
