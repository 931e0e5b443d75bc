// QDROP001: Make the class partial, and those around it
internal sealed partial class Net : Module<Tensor, Tensor>