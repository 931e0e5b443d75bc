using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using QDrop.CompilerServices;

namespace QDrop.Calibrator;

/// <summary>
/// Finds the twins that the generator has marked with <see cref="QuantizedModelAttribute"/>. Metadata is read for it,
/// so that only the models are loaded: other types of the assembly may need what is not here.
/// </summary>
internal static class RegisteredModels
{
    /// <summary>What the twins say of themselves, in the order in which the compiler has written them.</summary>
    /// <exception cref="TypeLoadException">
    /// A model, or what it is made of, is missing or of another version.
    /// </exception>
    internal static IEnumerable<QuantizedModelDescriptor> Of(Assembly assembly) =>
        from token in Tokens(assembly.Location)
        let twin = assembly.ManifestModule.ResolveType(token)
        select (QuantizedModelDescriptor)twin.GetProperty("Descriptor")!.GetValue(null)!;

    private static List<int> Tokens(string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        MetadataReader metadata = image.GetMetadataReader();
        return
        [
            .. metadata
                .TypeDefinitions.Where(type => IsMarked(metadata, type))
                .Select(type => MetadataTokens.GetToken(type)),
        ];
    }

    private static bool IsMarked(MetadataReader metadata, TypeDefinitionHandle type) =>
        metadata
            .GetTypeDefinition(type)
            .GetCustomAttributes()
            .Any(attribute => IsMark(metadata, metadata.GetCustomAttribute(attribute).Constructor));

    /// <summary>
    /// The attribute is of the runtime's assembly, so a type that has it refers to a member of another assembly.
    /// </summary>
    private static bool IsMark(MetadataReader metadata, EntityHandle constructor)
    {
        if (constructor.Kind != HandleKind.MemberReference)
            return false;
        EntityHandle parent = metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent;
        if (parent.Kind != HandleKind.TypeReference)
            return false;
        TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return metadata.StringComparer.Equals(type.Name, nameof(QuantizedModelAttribute))
            && metadata.StringComparer.Equals(type.Namespace, typeof(QuantizedModelAttribute).Namespace!);
    }
}
