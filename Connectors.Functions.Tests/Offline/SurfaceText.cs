using System.Reflection;
using System.Runtime.CompilerServices;

namespace Connectors.Tests.Offline;

/// <summary>Writes types and their public and protected members the way offline/surface.txt does.</summary>
internal static class SurfaceText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] Boilerplate = ["Equals", "GetHashCode", "ToString", "PrintMembers", "Deconstruct", "<Clone>$", "EqualityContract", "value__"];

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(int)] = "int", [typeof(long)] = "long",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(string)] = "string", [typeof(object)] = "object",
    };

    public static string Header(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {Name(invoke.ReturnType)} {type.Namespace}.{Name(type)}{Parameters(invoke)}";
        }

        var kind = type.IsInterface ? "interface"
            : type.IsEnum ? "enum"
            : type.IsValueType ? "struct"
            : type.GetMethod("<Clone>$") is not null ? "record"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var parent = type.IsInterface
            ? type.GetInterfaces().FirstOrDefault(face => face != typeof(IDisposable) && !type.GetInterfaces().Any(other => other != face && face.IsAssignableFrom(other)))
            : type.IsValueType || type.BaseType == typeof(object) ? null : type.BaseType;
        return $"{kind} {type.Namespace}.{Name(type)}{(parent is null ? string.Empty : " : " + Name(parent))}";
    }

    /// <param name="inherited">Also what base classes declare: an original may have moved a member there.</param>
    public static IReadOnlyList<string> Members(Type type, bool inherited)
    {
        if (type.IsEnum)
        {
            return [string.Join(", ", Enum.GetNames(type))];
        }

        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return [];
        }

        var lines = type.GetConstructors(Declared).Where(one => !one.IsStatic && IsVisible(one) && !IsCopy(one)).Select(one => Access(one) + "new" + Parameters(one)).ToList();
        for (var at = type; at is not null && at != typeof(object) && at != typeof(Exception) && (at == type || inherited); at = at.BaseType)
        {
            lines.AddRange(at.GetProperties(Declared).Where(one => !Boilerplate.Contains(one.Name) && one.GetMethod is { } get && IsVisible(get)).Select(Line));
            lines.AddRange(at.GetMethods(Declared).Where(one => (!one.IsSpecialName || one.Name == "op_Implicit") && IsVisible(one) && !Boilerplate.Contains(one.Name)).Select(Line));
        }

        return lines;
    }

    private static string Line(PropertyInfo property)
    {
        var type = Name(property.PropertyType, new NullabilityInfoContext().Create(property));
        var set = property.SetMethod is { } setter && IsVisible(setter)
            ? setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;"
            : string.Empty;
        return $"{Access(property.GetMethod!)}{type} {property.Name} {{ get;{set} }}";
    }

    private static string Line(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(one => one.Name))}>" : string.Empty;
        var result = Name(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter));
        return $"{Access(method)}{result} {method.Name}{generic}{Parameters(method)}";
    }

    private static string Parameters(MethodBase method)
    {
        var extension = method.IsDefined(typeof(ExtensionAttribute), inherit: false);
        var parameters = method.GetParameters().Select((one, index) =>
        {
            var by = one.IsDefined(typeof(ParamArrayAttribute), inherit: false) ? "params "
                : one.IsOut ? "out " : one.IsIn ? "in " : one.ParameterType.IsByRef ? "ref " : extension && index == 0 ? "this " : string.Empty;
            var value = !one.HasDefaultValue ? string.Empty
                : one.RawDefaultValue is bool flag ? (flag ? " = true" : " = false")
                : one.RawDefaultValue is null ? (one.ParameterType.IsValueType && Nullable.GetUnderlyingType(one.ParameterType) is null ? " = default" : " = null")
                : $" = {one.RawDefaultValue}";
            return $"{by}{Name(one.ParameterType, new NullabilityInfoContext().Create(one))} {one.Name}{value}";
        });
        return $"({string.Join(", ", parameters)})";
    }

    private static string Access(MethodBase method) =>
        (method.IsPublic ? string.Empty : "protected ") + (method.IsStatic ? "static " : string.Empty) + (method.IsAbstract ? "abstract " : IsOverridable(method) ? "virtual " : string.Empty);

    // What overrides a member is not marked: an original may have moved the first declaration.
    private static bool IsOverridable(MethodBase method) => method is MethodInfo { IsVirtual: true, IsFinal: false, DeclaringType.IsSealed: false } info && info.GetBaseDefinition() == info;

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var one] && one.ParameterType == constructor.DeclaringType;

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
        {
            type = type.GetElementType()!;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        var mark = nullability is { ReadState: NullabilityState.Nullable } && !type.IsValueType && !type.IsGenericParameter ? "?" : string.Empty;
        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]" + mark;
        }

        if (!type.IsGenericType)
        {
            return (Keywords.TryGetValue(type, out var keyword) ? keyword : type.Name) + mark;
        }

        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select((one, index) => Name(one, nullability?.GenericTypeArguments.ElementAtOrDefault(index))))}>{mark}";
    }
}
