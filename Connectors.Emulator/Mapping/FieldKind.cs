namespace Connectors.Emulator.Mapping;

/// <summary>What a mapped field holds. <see cref="Ignored"/> and <see cref="Dotted"/> are names met in documents that are not fields
/// themselves.</summary>
internal enum FieldKind
{
    Object,
    Keyword,
    Text,

    /// <summary>Text of which an inference endpoint makes embeddings. The emulator makes none, and compares words.</summary>
    SemanticText,
    Long,
    Integer,
    Short,
    Byte,
    Double,
    Float,
    HalfFloat,
    Boolean,
    Date,

    /// <summary>An object with <c>enabled: false</c>: anything goes.</summary>
    Disabled,

    /// <summary>A name under <c>dynamic: false</c>: kept in the source, not indexed.</summary>
    Ignored,

    /// <summary>A name like <c>a.b</c>, standing for the field that its path leads to.</summary>
    Dotted,
}

/// <summary>What happens to a field that the mapping lacks.</summary>
internal enum DynamicMode
{
    Add,
    Ignore,
    Refuse,
}

/// <summary>Names and families of field types.</summary>
internal static class FieldKinds
{
    private static readonly Dictionary<string, FieldKind> ByName = new(StringComparer.Ordinal)
    {
        ["object"] = FieldKind.Object,
        ["keyword"] = FieldKind.Keyword,
        ["text"] = FieldKind.Text,
        ["semantic_text"] = FieldKind.SemanticText,
        ["long"] = FieldKind.Long,
        ["integer"] = FieldKind.Integer,
        ["short"] = FieldKind.Short,
        ["byte"] = FieldKind.Byte,
        ["double"] = FieldKind.Double,
        ["float"] = FieldKind.Float,
        ["half_float"] = FieldKind.HalfFloat,
        ["boolean"] = FieldKind.Boolean,
        ["date"] = FieldKind.Date,
    };

    public static bool TryParse(string name, out FieldKind kind) => ByName.TryGetValue(name, out kind);

    public static string NameOf(FieldKind kind) =>
        kind switch
        {
            FieldKind.HalfFloat => "half_float",
            FieldKind.SemanticText => "semantic_text",
            FieldKind.Disabled => "object",
            _ => kind.ToString().ToLowerInvariant(),
        };

    public static bool IsWholeNumber(FieldKind kind) => kind is FieldKind.Long or FieldKind.Integer or FieldKind.Short or FieldKind.Byte;

    public static bool IsNumber(FieldKind kind) =>
        IsWholeNumber(kind) || kind is FieldKind.Double or FieldKind.Float or FieldKind.HalfFloat;

    public static bool IsText(FieldKind kind) => kind is FieldKind.Text or FieldKind.SemanticText;

    /// <summary>True for what can hold a value of its own, so that it can be searched and sorted by.</summary>
    public static bool IsLeaf(FieldKind kind) => kind is >= FieldKind.Keyword and <= FieldKind.Date;
}
