// QDROP018: Use QDrop.Models.ResNet18
        private readonly Module<Tensor, Tensor> backbone = new global::QDrop.Models.ResNet18();