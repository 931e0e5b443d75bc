namespace QDrop;

/// <summary>
/// The codes of all diagnostics, each with its severity and its title: <c>QDROP0xx</c> is what the compiler finds in
/// the source, and what the run time finds likewise in settings; <c>QDROP1xx</c> comes from the build, <c>QDROP2xx</c>
/// from calibration and from loading a quantized model. Each has a page in <c>docs/diagnostics</c>.
/// </summary>
/// <remarks>
/// Every project compiles this file that sees the copy of no other one through <c>InternalsVisibleTo</c>. Constants, so
/// that attributes and patterns can use them.
/// </remarks>
internal static class Codes
{
    [Code(CodeSeverity.Error, "Module class is not partial")] public const string NotPartial = "QDROP001";
    [Code(CodeSeverity.Error, "Class is not a module of tensors")] public const string NotAModule = "QDROP002";
    [Code(CodeSeverity.Error, "Model cannot be created")] public const string NotCreatable = "QDROP003";
    [Code(CodeSeverity.Error, "Bit width out of range")] public const string BitWidth = "QDROP004";
    [Code(CodeSeverity.Error, "Drop out of range")] public const string Drop = "QDROP005";
    [Code(CodeSeverity.Error, "Setting out of range")] public const string Setting = "QDROP006";
    [Code(CodeSeverity.Error, "Tensor operation outside the vocabulary")]
    public const string UnknownOperation = "QDROP007";
    [Code(CodeSeverity.Error, "forward cannot be analysed")] public const string NotAnalysable = "QDROP008";
    [Code(CodeSeverity.Error, "Layer cannot be quantized")] public const string UnsupportedLayer = "QDROP009";
    [Code(CodeSeverity.Warning, "Layer is never reached from forward")] public const string UnusedLayer = "QDROP010";
    [Code(CodeSeverity.Info, "Layer is called more than once")] public const string SharedLayer = "QDROP011";
    [Code(CodeSeverity.Info, "Batch norm is not folded")] public const string BatchNormStays = "QDROP012";
    [Code(CodeSeverity.Warning, "Model has nothing to quantize")] public const string NothingToQuantize = "QDROP013";
    [Code(CodeSeverity.Warning, "Block has nothing to reconstruct")] public const string EmptyBlock = "QDROP014";
    [Code(CodeSeverity.Warning, "Attribute has no effect")] public const string AttributeWithoutEffect = "QDROP015";
    [Code(CodeSeverity.Warning, "Setting has no effect")] public const string SettingWithoutEffect = "QDROP016";
    [Code(CodeSeverity.Info, "Most weights stay float")] public const string MostlyFloat = "QDROP017";
    [Code(CodeSeverity.Error, "Module without source")] public const string UnseenModule = "QDROP018";
    [Code(CodeSeverity.Error, "Method of a part contradicts training")] public const string TrainedPart = "QDROP030";
    [Code(CodeSeverity.Error, "Learned offset with steps that are powers of two")]
    public const string LearnedOffset = "QDROP033";
    [Code(CodeSeverity.Error, "Norm with the Fisher-weighted loss")] public const string NormOfFisher = "QDROP034";
    [Code(CodeSeverity.Error, "Budget of bit widths cannot be used")] public const string Budget = "QDROP036";
    [Code(CodeSeverity.Error, "MaxW does not fit what is beside it")] public const string MaxW = "QDROP037";

    [Code(CodeSeverity.Error, "The calibrator cannot be started")]
    public const string CalibratorNotStarted = "QDROP101";
    [Code(CodeSeverity.Error, "The calibrator ended before it was done")]
    public const string CalibratorEnded = "QDROP102";
    [Code(CodeSeverity.Error, "A build inside a build")] public const string BuildInsideBuild = "QDROP103";
    [Code(CodeSeverity.Error, "Parts of different releases")] public const string OtherRelease = "QDROP104";
    [Code(CodeSeverity.Error, "An item that names no model")] public const string UnknownModel = "QDROP105";
    [Code(CodeSeverity.Error, "A value that is none")] public const string NoValue = "QDROP106";
    [Code(CodeSeverity.Warning, "Half of what calibration needs")] public const string HalfNamed = "QDROP107";
    [Code(CodeSeverity.Error, "Two items for one model")] public const string TwoItems = "QDROP108";
    [Code(CodeSeverity.Error, "The assembly cannot be loaded")] public const string AssemblyNotLoaded = "QDROP109";
    [Code(CodeSeverity.Warning, "A metadatum without meaning")] public const string UnknownMetadatum = "QDROP110";
    [Code(CodeSeverity.Error, "A mistake in QDrop")] public const string Internal = "QDROP111";
    [Code(CodeSeverity.Error, "The system's C++ library is older than TorchSharp needs")]
    public const string OlderCppLibrary = "QDROP112";
    [Code(CodeSeverity.Error, "TorchSharp's native library cannot be made to load on this system")]
    public const string BindingNotAdaptable = "QDROP113";

    [Code(CodeSeverity.Error, "Weights file missing")] public const string WeightsMissing = "QDROP210";
    [Code(CodeSeverity.Error, "Weights do not fit the model")] public const string WeightsDoNotFit = "QDROP211";
    [Code(CodeSeverity.Error, "NaN or infinity in the weights")] public const string WeightsNotFinite = "QDROP212";
    [Code(CodeSeverity.Error, "Weights file unreadable")] public const string WeightsUnreadable = "QDROP213";
    [Code(CodeSeverity.Error, "The weights file asks for code")] public const string WeightsWithCode = "QDROP214";
    [Code(CodeSeverity.Error, "Calibration data missing or unusable")] public const string InputsUnusable = "QDROP220";
    [Code(CodeSeverity.Error, "Calibration data empty")] public const string InputsEmpty = "QDROP221";
    [Code(CodeSeverity.Error, "Calibration data of the wrong shape or type")]
    public const string InputsDoNotFit = "QDROP222";
    [Code(CodeSeverity.Error, "Fewer calibration samples than asked for")]
    public const string InputsTooFew = "QDROP223";
    [Code(CodeSeverity.Error, "NaN or infinity in the calibration data")]
    public const string InputsNotFinite = "QDROP224";
    [Code(CodeSeverity.Error, "The model's forward threw")] public const string ForwardThrew = "QDROP230";
    [Code(CodeSeverity.Error, "The model could not be created")] public const string ModelNotCreated = "QDROP231";
    [Code(CodeSeverity.Error, "A module that cannot be quantized")] public const string UnsupportedModule = "QDROP232";
    [Code(CodeSeverity.Error, "The twin does not compute what the model computes")]
    public const string TwinDiffers = "QDROP233";
    [Code(CodeSeverity.Warning, "Less than half of the model is quantized")]
    public const string LittleQuantized = "QDROP234";
    [Code(CodeSeverity.Error, "Another number of channels")] public const string OtherChannels = "QDROP235";
    [Code(CodeSeverity.Error, "Another number of passes")] public const string OtherPasses = "QDROP236";
    [Code(CodeSeverity.Error, "A module changes a value that is used again")]
    public const string ChangedInPlace = "QDROP237";
    [Code(CodeSeverity.Error, "Samples depend on each other")] public const string SamplesDepend = "QDROP238";
    [Code(CodeSeverity.Error, "The model changes its own tensors")] public const string ChangesItself = "QDROP239";
    [Code(CodeSeverity.Error, "Calibration diverged, or met values that are not finite")]
    public const string Diverged = "QDROP240";
    [Code(CodeSeverity.Warning, "The checkpoint cannot be written")]
    public const string CheckpointNotWritten = "QDROP241";
    [Code(CodeSeverity.Error, "A checkpoint of something else")] public const string OtherCheckpoint = "QDROP242";
    [Code(CodeSeverity.Error, "The memory limit is too small")] public const string MemoryLimit = "QDROP243";
    [Code(CodeSeverity.Error, "The model gives something else when it is loaded")]
    public const string LoadedDiffers = "QDROP244";
    [Code(CodeSeverity.Error, "Artifact truncated or corrupted")] public const string ArtifactDamaged = "QDROP250";
    [Code(CodeSeverity.Error, "Not a QDrop artifact")] public const string ArtifactForeign = "QDROP251";
    [Code(CodeSeverity.Error, "Artifact of a newer format")] public const string ArtifactNewer = "QDROP252";
    [Code(CodeSeverity.Error, "Artifact of another model")] public const string OtherModel = "QDROP253";
    [Code(CodeSeverity.Error, "Artifact missing")] public const string ArtifactMissing = "QDROP254";
    [Code(CodeSeverity.Error, "The quantized model has no program")] public const string NoProgram = "QDROP255";
    [Code(CodeSeverity.Error, "The program cannot be written as ONNX")] public const string NotOnnx = "QDROP256";
    [Code(CodeSeverity.Error, "Cannot write a file")] public const string NotWritten = "QDROP260";
    [Code(CodeSeverity.Error, "libtorch does not load")] public const string LibtorchNotLoaded = "QDROP270";
    [Code(CodeSeverity.Error, "Training without labels")] public const string TargetsMissing = "QDROP271";
    [Code(CodeSeverity.Error, "Labels that do not fit")] public const string TargetsDoNotFit = "QDROP272";
    [Code(CodeSeverity.Warning, "Learned bit widths fell to the least")] public const string BitsCollapsed = "QDROP273";
    [Code(CodeSeverity.Error, "Training diverged")] public const string TrainingDiverged = "QDROP274";
    [Code(CodeSeverity.Error, "Function of the training data cannot be used")]
    public const string TrainingFunction = "QDROP276";
    [Code(CodeSeverity.Error, "A layer runs only while training")] public const string TrainingOnlyLayer = "QDROP277";
    [Code(CodeSeverity.Error, "No libtorch")] public const string LibtorchMissing = "QDROP278";
    [Code(CodeSeverity.Error, "libtorch of another version")] public const string LibtorchVersion = "QDROP279";
    [Code(CodeSeverity.Error, "No power of two for a step")] public const string NoPowerOfTwo = "QDROP281";
    [Code(CodeSeverity.Error, "No gradients to train with")] public const string NoGradients = "QDROP282";
    [Code(CodeSeverity.Error, "Sensitivities cannot be measured")] public const string NoSensitivity = "QDROP289";
    [Code(CodeSeverity.Error, "libtorch for another system or processor")]
    public const string LibtorchForeign = "QDROP290";
    [Code(CodeSeverity.Error, "The system's C++ library is too old for the program")]
    public const string CppLibraryTooOld = "QDROP291";

    /// <summary>Gets the address of the page that explains a code.</summary>
    public static string HelpLink(string code) =>
        $"https://github.com/qdrop-net/qdrop/blob/main/docs/diagnostics/{PageOf(code)}";

    /// <summary>Gets the name of the page in <c>docs/diagnostics</c> that explains a code.</summary>
    public static string PageOf(string code) => code + ".md";
}
