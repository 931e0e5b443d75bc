using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using QDrop.CompilerServices;
using static TorchSharp.torch;

namespace QDrop.Tests.Modules;

/// <summary>An argument that is passed as another type than its own.</summary>
internal sealed record Typed(Type Type, object? Value)
{
    /// <summary>A span, which cannot stand in a table.</summary>
    public static Typed Span<T>(params T[] values) => new(typeof(ReadOnlySpan<T>), values);

    /// <summary>A value as its base type or interface.</summary>
    public static Typed As<T>(T? value) => new(typeof(T), value);
}

/// <summary>A method of the vocabulary with an argument for each of its parameters.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Arguments">Makes the arguments, the same each time.</param>
/// <param name="Note">What is particular about the arguments, where a method has several cases.</param>
internal sealed record OperationCase(string Name, Func<object?[]> Arguments, string Note = "")
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance;

    private readonly Lazy<MethodInfo> _operation = new(() => Resolve(Name, Arguments()));

    /// <summary>The method, the overload that takes the arguments.</summary>
    public MethodInfo Operation => _operation.Value;

    /// <summary>
    /// The members of TorchSharp that the method stands for, each in the overload with the same parameters.
    /// </summary>
    public IEnumerable<MethodInfo> StandsFor() => Operation.GetCustomAttributes<LowersAttribute>().Select(MemberOf);

    /// <summary>Calls the method, or one of the members.</summary>
    /// <param name="method">What is called.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="leftOut">How many arguments are left out, from the last.</param>
    public object Call(MethodInfo method, object?[] arguments, int leftOut)
    {
        object?[] given = arguments[(method == Operation ? 0 : OwnArguments)..^leftOut];
        int receiver = method.IsStatic ? 0 : 1;
        Expression? instance = method.IsStatic ? null : Expression.Constant(given[0]);
        IEnumerable<Expression> passed = method.GetParameters().Select((p, i) =>
            i + receiver < given.Length ? Given(given[i + receiver], p.ParameterType) : Default(p));
        UnaryExpression call = Expression.Convert(Expression.Call(instance, method, passed), typeof(object));
        return Expression.Lambda<Func<object>>(call).Compile()();
    }

    /// <summary>How many arguments may be left out of a call of the method and of a member alike.</summary>
    public int Optional(MethodInfo member)
    {
        ParameterInfo[] all = Operation.GetParameters();
        int required = all.Count(static p => !p.IsOptional);
        return all.Length - Math.Max(required, OwnArguments + Parameters(member).Count(static p => !p.IsOptional));
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}({string.Join(", ", Operation.GetParameters().Select(static p => p.ParameterType.Name))}){Note}";

    private static Expression Given(object? argument, Type type)
    {
        object? value = argument is Typed typed ? typed.Value : argument;
        return value is null ? Expression.Default(type) : Expression.Convert(Expression.Constant(value), type);
    }

    private static Expression Default(ParameterInfo parameter) => parameter.DefaultValue is null or DBNull
        ? Expression.Default(parameter.ParameterType)
        : Expression.Convert(Expression.Constant(parameter.DefaultValue), parameter.ParameterType);

    private static MethodInfo Resolve(string name, object?[] arguments) =>
        typeof(Ops).GetMethods(Members | BindingFlags.DeclaredOnly)
            .Where(m => m.Name == name && m.GetParameters().Length == arguments.Length)
            .Single(m => m.GetParameters().Zip(arguments).All(static p => Takes(p.First.ParameterType, p.Second)));

    private static bool Takes(Type parameter, object? argument)
    {
        Type? type = argument is Typed typed ? typed.Type : argument?.GetType();
        // A chain is given as what it is, and taken as what an operation knows of it.
        return type is not null
            && (NotNull(parameter) == NotNull(type) || (parameter.IsAbstract && type.IsSubclassOf(parameter)));
    }

    private static bool IsIndexer(PropertyInfo property) => property.GetIndexParameters().Length > 0;

    private static Type NotNull(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    /// <summary>
    /// How many arguments the method takes before those of the members: the chain of what is quantized within.
    /// </summary>
    private int OwnArguments => Operation.GetParameters()[0].ParameterType == typeof(TensorChain) ? 1 : 0;

    private MethodInfo MemberOf(LowersAttribute lowers)
    {
        ParameterInfo[] own = [.. Operation.GetParameters().Skip(OwnArguments)];
        IEnumerable<MethodInfo> candidates = lowers.Member == "this[]"
            ? lowers.Type.GetProperties(Members).Where(IsIndexer).Select(static p => p.GetMethod!)
            : lowers.Type.GetMethods(Members).Where(m => m.Name == lowers.Member || m.Name == $"get_{lowers.Member}");
        return candidates.Where(c => Fits(own, c)).MinBy(c => Math.Abs(own.Length - Parameters(c).Count()))
            ?? throw new MissingMethodException(lowers.Type.FullName, $"{lowers.Member} with the parameters of {this}");
    }

    /// <summary>Types and whether they may be left out, the receiver first.</summary>
    private static IEnumerable<(Type Type, bool IsOptional)> Parameters(MethodInfo method)
    {
        IEnumerable<(Type ParameterType, bool IsOptional)> parameters = method
            .GetParameters()
            .Select(static p => (p.ParameterType, p.IsOptional));
        return method.IsStatic ? parameters : parameters.Prepend((method.DeclaringType!, false));
    }

    private static bool Fits(ParameterInfo[] own, MethodInfo candidate)
    {
        (Type Type, bool IsOptional)[] others = Parameters(candidate).ToArray();
        int common = Math.Min(own.Length, others.Length);
        return own.Take(common).Zip(others).All(static p => Same(p.First.ParameterType, p.Second.Type))
            && own.Skip(common).All(static p => p.IsOptional) && others.Skip(common).All(static p => p.IsOptional);
    }

    /// <summary>TorchSharp counts some dimensions as int.</summary>
    private static bool Same(Type one, Type other) => one == other || (Integer(one) && Integer(other));

    private static bool Integer(Type type) => type == typeof(int) || type == typeof(long);

    /// <summary>The tensors of a result: one, an array, or a tuple.</summary>
    public static IReadOnlyList<Tensor> Tensors(object result) => result switch
    {
        Tensor tensor => [tensor],
        Tensor[] tensors => tensors,
        ITuple tuple => [.. Enumerable.Range(0, tuple.Length).Select(i => tuple[i]).OfType<Tensor>()],
        _ => [],
    };
}
