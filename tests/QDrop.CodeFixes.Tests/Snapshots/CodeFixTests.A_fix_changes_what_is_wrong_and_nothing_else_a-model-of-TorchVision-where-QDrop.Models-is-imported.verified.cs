// QDROP018: Use QDrop.Models.ResNet18
        private Module<Tensor, Tensor> backbone { get; } = new ResNet18(classes: 10);