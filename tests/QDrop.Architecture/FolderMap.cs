using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace QDrop.Architecture;

/// <summary>
/// Finds the folder of a type's source, relative to <c>src</c>, by what the compiler wrote into the symbols.
/// </summary>
internal sealed class FolderMap
{
    /// <summary>Where the compiler says which files declare a type that has no code.</summary>
    private static readonly Guid TypeDocuments = new("932E74BC-DBA9-4478-8D46-0F32A7BAB3D3");

    private readonly Dictionary<(string Namespace, string Name), string> _folders = [];

    private FolderMap()
    {
    }

    /// <summary>Reads the symbols beside an assembly.</summary>
    /// <param name="path">Path of the assembly; its <c>.pdb</c> stands beside it.</param>
    /// <exception cref="FileNotFoundException">There are no symbols.</exception>
    public static FolderMap Read(string path)
    {
        var map = new FolderMap();
        using var file = new PEReader(File.OpenRead(path));
        using var provider = MetadataReaderProvider.FromPortablePdbStream(
            File.OpenRead(Path.ChangeExtension(path, ".pdb")));
        MetadataReader metadata = file.GetMetadataReader(), symbols = provider.GetMetadataReader();
        foreach (TypeDefinitionHandle handle in metadata.TypeDefinitions)
        {
            TypeDefinition outermost = metadata.GetTypeDefinition(handle);
            while (outermost.GetDeclaringType() is { IsNil: false } outer)
                outermost = metadata.GetTypeDefinition(outer);
            (string, string) key = (metadata.GetString(outermost.Namespace), metadata.GetString(outermost.Name));
            // A type in several files is where its first one is.
            if (Folders(metadata, symbols, handle).FirstOrDefault() is { } folder)
                map._folders.TryAdd(key, folder);
        }
        return map;
    }

    /// <summary>
    /// The folder of a type, such as <c>QDrop.Runtime/Quantizers</c>; <see langword="null"/> for what the compiler made
    /// itself.
    /// </summary>
    public string? this[TypeName type] => _folders.GetValueOrDefault((type.Namespace, type.Name));

    private static IEnumerable<string> Folders(
        MetadataReader metadata, MetadataReader symbols, TypeDefinitionHandle type)
    {
        IEnumerable<DocumentHandle> ofCode = metadata.GetTypeDefinition(type).GetMethods()
            .Select(m => symbols.GetMethodDebugInformation(m.ToDebugInformationHandle()).Document)
            .Where(static d => !d.IsNil);
        IEnumerable<DocumentHandle> ofDeclaration = symbols.GetCustomDebugInformation(type)
            .Select(symbols.GetCustomDebugInformation)
            .Where(i => symbols.GetGuid(i.Kind) == TypeDocuments)
            .SelectMany(i => DocumentsIn(symbols.GetBlobReader(i.Value)));
        return ofCode.Concat(ofDeclaration)
            .Select(d => FolderOf(symbols.GetString(symbols.GetDocument(d).Name)))
            .OfType<string>();
    }

    private static IEnumerable<DocumentHandle> DocumentsIn(BlobReader blob)
    {
        List<DocumentHandle> documents = [];
        while (blob.RemainingBytes > 0)
            documents.Add(MetadataTokens.DocumentHandle(blob.ReadCompressedInteger()));
        return documents;
    }

    private static string? FolderOf(string document)
    {
        const string Root = "/src/";
        string path = document.Replace('\\', '/');
        int at = path.LastIndexOf(Root, StringComparison.Ordinal);
        if (at < 0 || path.Contains("/obj/", StringComparison.Ordinal))
            return null;
        string relative = path[(at + Root.Length)..];
        return relative[..relative.LastIndexOf('/')];
    }
}
