using System.Reflection;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace QDrop.CompilerServices;

/// <summary>Makes the twins of modules, and makes sure that each is of the code that the module runs.</summary>
internal static class Twins
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The twin of a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="context">What the twins of the model share.</param>
    /// <param name="output">Where the value that the module returns goes.</param>
    /// <exception cref="QDropException">
    /// The module's class overrides code of which the twin has a copy (QDROP232).
    /// </exception>
    public static IQuantizedModule Of(IQuantizable module, QuantizationContext context, Feeds output)
    {
        IQuantizedModule twin = module.CreateQuantized(context, output);
        // A twin is nested in the class for which it was written. What derives from that class elsewhere inherits it.
        if (twin.GetType().DeclaringType is { } written && OverrideIn(module.GetType(), written) is { } method)
        {
            throw new QDropException(
                Codes.UnsupportedModule,
                $"{module.GetType()} overrides '{NameOf(method)}', which is written out in the quantized twin that it "
                    + $"inherits from {written}: "
                    + "the twin would run the code of the base class. Expected a class with a twin of its own: move it "
                    + "into the project of the base class, make it partial, and use it in the model there.");
        }
        return twin;
    }

    /// <summary>
    /// An override, between a class and one of its base classes, of something that a twin may have a copy of: it works
    /// on tensors or gives a module.
    /// </summary>
    private static MethodInfo? OverrideIn(Type type, Type written)
    {
        for (Type? current = type;
            current is not null && (current.IsGenericType ? current.GetGenericTypeDefinition() : current) != written;
            current = current.BaseType)
        {
            // Not below the class of the twin: nobody says where the twin comes from.
            if (current == typeof(Module))
                return null;
            if (current.GetMethods(Declared).FirstOrDefault(static m => IsOverride(m) && MentionsTensors(m)) is
                { } method)
                return method;
        }
        return null;
    }

    /// <summary>Of what TorchSharp lets classes override, twins have a copy of <c>forward</c> alone.</summary>
    private static bool IsOverride(MethodInfo method) =>
        method.GetBaseDefinition().DeclaringType is { } first
        && first != method.DeclaringType
        && (method.Name == "forward" || first.Assembly != typeof(Module).Assembly);

    private static bool MentionsTensors(MethodInfo method) =>
        MentionsTensors(method.ReturnType) || method.GetParameters().Any(static p => MentionsTensors(p.ParameterType));

    private static bool MentionsTensors(Type type) => type == typeof(Tensor) || type.IsAssignableTo(typeof(Module))
        || (type.HasElementType && MentionsTensors(type.GetElementType()!))
        || (type.IsGenericType && type.GetGenericArguments().Any(MentionsTensors));

    private static string NameOf(MethodInfo method) =>
        method.IsSpecialName && method.Name.StartsWith("get_", StringComparison.Ordinal)
            ? method.Name["get_".Length..]
            : method.Name;
}
