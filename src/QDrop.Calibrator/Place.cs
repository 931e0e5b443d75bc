using System.Xml;
using System.Xml.Linq;
using QDrop.CompilerServices;
using QDrop.Protocol;

namespace QDrop.Calibrator;

/// <summary>What an error points at: the attribute, item or property that caused it.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1; 0 for none.</param>
/// <param name="Column">The column, from 1; 0 for none.</param>
internal sealed record Place(string? File, int Line = 0, int Column = 0)
{
    /// <summary>The project as a whole.</summary>
    internal static Place Of(WorkerRequest request) => new(request.ProjectFile);

    /// <summary>The model's <c>[Quantize]</c> attribute.</summary>
    internal static Place OfAttribute(QuantizedModelDescriptor descriptor) =>
        new(descriptor.File, descriptor.Line, descriptor.Column);

    /// <summary>A <c>QDropModel</c> item, or the metadatum of it that is at fault.</summary>
    internal static Place OfItem(ModelItem item, string? metadatum = null)
    {
        var elements = Elements(item.DefiningFile, "QDropModel")
            .Where(e => Names(e, "Include", item) || Names(e, "Update", item))
            .ToList();
        return At(
            item.DefiningFile,
            elements.Select(e => Metadatum(e, metadatum)).FirstOrDefault(static m => m is not null)
                ?? elements.FirstOrDefault());
    }

    /// <summary>A property of the project, which may have been set elsewhere: then the project as a whole.</summary>
    internal static Place OfProperty(WorkerRequest request, string property) =>
        At(request.ProjectFile, Elements(request.ProjectFile, property).LastOrDefault());

    private static Place At(string file, IXmlLineInfo? position) =>
        position?.HasLineInfo() == true ? new Place(file, position.LineNumber, position.LinePosition) : new Place(file);

    private static IEnumerable<XElement> Elements(string file, string name)
    {
        try
        {
            return XDocument
                .Load(file, LoadOptions.SetLineInfo)
                .Descendants()
                .Where(e => e.Name.LocalName == name)
                .ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException or ArgumentException)
        {
            return [];
        }
    }

    private static bool Names(XElement element, string attribute, ModelItem item) =>
        ((string?)element.Attribute(attribute))?.Split(';').Any(n => n.Trim() == item.Name) == true;

    private static IXmlLineInfo? Metadatum(XElement element, string? name) => name is null
        ? null
        : (IXmlLineInfo?)element.Attribute(name) ?? element.Elements().FirstOrDefault(e => e.Name.LocalName == name);
}
