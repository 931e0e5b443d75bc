// QDROP018: Use QDrop.Models.GoogLeNet
        private readonly global::QDrop.Models.GoogLeNet backbone;
        public Net() : base("net") { backbone = new global::QDrop.Models.GoogLeNet(classes: 10, dropout: 0.5f); RegisterComponents(); }