// QDROP015: Remove what has no effect
// QDROP015: Remove what has no effect
     private readonly Linear fc2 = Linear(4, 4);