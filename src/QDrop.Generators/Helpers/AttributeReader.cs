using System.Reflection;
using Microsoft.CodeAnalysis;

namespace QDrop.Generators.Helpers;

/// <summary>
/// Makes attributes that the compiler has read from metadata into objects, where this assembly compiles the attribute's
/// class, too.
/// </summary>
internal static class AttributeReader
{
    /// <summary>Gets the attribute of a symbol; <see langword="null"/> for none.</summary>
    public static T? Get<T>(ISymbol symbol)
        where T : Attribute => All<T>(symbol).FirstOrDefault();

    /// <summary>Gets the attributes of a symbol in the order of the source.</summary>
    public static IEnumerable<T> All<T>(ISymbol symbol)
        where T : Attribute => symbol.GetAttributes()
        .Where(data => data.AttributeClass is { } type && type.Name == typeof(T).Name
            && type.ToDisplayString() == typeof(T).FullName)
        .Select(Make<T>).OfType<T>();

    /// <summary>Makes an attribute; <see langword="null"/> where another version declares it in another way.</summary>
    private static T? Make<T>(AttributeData data)
        where T : Attribute
    {
        ConstructorInfo constructor = typeof(T).GetConstructors().Single();
        bool fits = constructor.GetParameters().Length == data.ConstructorArguments.Length
            && constructor.GetParameters().Zip(data.ConstructorArguments, (p, a) => Fits(p.ParameterType, a))
                .All(fit => fit);
        if (!fits)
            return null;
        object?[] arguments =
        [
            .. constructor.GetParameters().Zip(data.ConstructorArguments, (p, a) => ValueOf(a, p.ParameterType)),
        ];
        var attribute = (T)constructor.Invoke(arguments);
        foreach (KeyValuePair<string, TypedConstant> argument in data.NamedArguments)
        {
            if (typeof(T).GetProperty(argument.Key) is { CanWrite: true } property
                && Fits(property.PropertyType, argument.Value))
                property.SetValue(attribute, ValueOf(argument.Value, property.PropertyType));
        }
        return attribute;
    }

    private static bool Fits(Type type, TypedConstant constant) =>
        constant.Kind is TypedConstantKind.Primitive or TypedConstantKind.Enum
        && (type.IsEnum ? constant.Value is int : constant.Value is null || type.IsInstanceOfType(constant.Value));

    private static object? ValueOf(TypedConstant constant, Type type) =>
        type.IsEnum && constant.Value is { } number ? Enum.ToObject(type, number) : constant.Value;
}
