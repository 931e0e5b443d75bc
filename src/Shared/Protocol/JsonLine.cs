using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Xml;

namespace QDrop.Protocol;

/// <summary>
/// Objects as single lines of JSON. With the serializer that netstandard2.0 has: the task must bring no assembly that
/// MSBuild's host may have in another version.
/// </summary>
internal static class JsonLine
{
    /// <summary>Writes an object; the text has no line break.</summary>
    internal static string Write<T>(T value)
    {
        using var stream = new MemoryStream();
        new DataContractJsonSerializer(typeof(T)).WriteObject(stream, value);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads an object, or gives <see langword="null"/> if the line is not one of that type.</summary>
    internal static T? TryRead<T>(string line)
        where T : class
    {
        try
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(line));
            return new DataContractJsonSerializer(typeof(T)).ReadObject(stream) as T;
        }
        catch (Exception e) when (e is SerializationException or XmlException or FormatException)
        {
            return null;
        }
    }
}
