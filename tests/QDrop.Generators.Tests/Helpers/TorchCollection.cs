namespace QDrop.Generators.Tests.Helpers;

/// <summary>Tests that run torch run one after the other: its seed and its threads are the process's.</summary>
[CollectionDefinition("torch", DisableParallelization = true)]
public sealed class TorchCollection;
