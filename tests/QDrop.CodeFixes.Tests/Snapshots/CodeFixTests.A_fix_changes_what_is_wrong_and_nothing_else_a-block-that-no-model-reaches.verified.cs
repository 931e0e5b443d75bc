// QDROP015: Remove what has no effect
// QDROP015: Remove what has no effect
[System.Serializable] internal sealed class Other { }