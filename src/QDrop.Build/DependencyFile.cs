using System.Runtime.Serialization.Json;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace QDrop.Build;

/// <summary>
/// The dependency file that the worker is started with: the program's own, with packages only.
/// </summary>
/// <remarks>
/// The program's <c>.deps.json</c> names its assembly and those of its project references, which the host then demands
/// beside that file: at this point of the build they are not yet copied there, or old ones are, which would be loaded
/// in place of the new. So they are taken out, and the worker finds them by the list of references. Packages stay: the
/// host knows best which of their assemblies and native libraries fit the machine. The native libraries of TorchSharp
/// and libtorch are taken out, too: the worker loads those itself, from the list of references, where a copy may stand
/// in place of a package's library. Not by Microsoft.Extensions.DependencyModel: the task brings no assembly that
/// MSBuild may have in another version.
/// </remarks>
internal static class DependencyFile
{
    /// <summary>Reads a dependency file and writes the one for the worker.</summary>
    /// <exception cref="XmlException">The file is not JSON.</exception>
    internal static void WritePackagesOnly(string source, string target)
    {
        XElement root = Read(source);
        var packages = new HashSet<string>(
            Members(Member(root, "libraries")).Where(static l => Member(l, "type")?.Value == "package").Select(Name),
            StringComparer.OrdinalIgnoreCase);
        bool hasCuda = packages.Any(static p => p.StartsWith("libtorch-cuda-", StringComparison.OrdinalIgnoreCase));
        foreach (XElement framework in Members(Member(root, "targets")))
        {
            foreach (XElement? library in Members(framework).Where(l => !packages.Contains(Name(l))).ToList())
                library.Remove();

            // Those of CUDA stay: TorchSharp loads them, in an order of its own.
            foreach (XElement? library in hasCuda ? [] : Members(framework).Where(static l => IsTorch(Name(l))))
                RemoveNativeAssets(library);
        }

        foreach (
            XElement? library in Members(Member(root, "libraries")).Where(l => !packages.Contains(Name(l))).ToList())
            library.Remove();
        Write(root, target);
    }

    private static bool IsTorch(string library) =>
        library.StartsWith("TorchSharp/", StringComparison.OrdinalIgnoreCase)
        || library.StartsWith("libtorch-", StringComparison.OrdinalIgnoreCase);

    private static void RemoveNativeAssets(XElement library)
    {
        Member(library, "native")?.Remove();
        IEnumerable<XElement> assets = Members(Member(library, "runtimeTargets"));
        foreach (XElement? asset in assets.Where(static a => Member(a, "assetType")?.Value == "native").ToList())
            asset.Remove();
    }

    private static XElement Read(string path)
    {
        using XmlDictionaryReader reader = JsonReaderWriterFactory.CreateJsonReader(
            File.ReadAllBytes(path), XmlDictionaryReaderQuotas.Max);
        return XElement.Load(reader);
    }

    private static void Write(XElement root, string path)
    {
        using FileStream stream = File.Create(path);
        using XmlDictionaryWriter writer = JsonReaderWriterFactory.CreateJsonWriter(
            stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        root.WriteTo(writer);
    }

    private static XElement? Member(XElement json, string name) => Members(json).FirstOrDefault(m => Name(m) == name);

    private static IEnumerable<XElement> Members(XElement? json) => json?.Elements() ?? [];

    /// <summary>
    /// A member's name: in an attribute where it is no name of XML, such as <c>TorchSharp/0.107.0</c>.
    /// </summary>
    private static string Name(XElement member) =>
        (string?)member.Attribute("item") ?? XmlConvert.DecodeName(member.Name.LocalName);
}
