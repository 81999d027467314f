using System.Text.Json;

namespace Connectors.Abstractions;

/// <summary>
/// Document level security: each document lists in <see cref="FieldName"/> the values of those who may see it; each identity
/// (<see cref="AccessIdentity"/>) lists the values that it has; an identity that shares a value with a document may see it. Values are
/// compared as they are, letter by letter.
/// </summary>
/// <remarks>
/// For the protocol's query a document without this field is visible to everyone, and Elasticsearch treats an empty list as no field. So
/// while the <see cref="Switch"/> is on, neither is ever written: a document without a value gets one that no identity has, and is visible
/// to no one.
/// </remarks>
public static class AccessControl
{
    /// <summary>The field of a document that lists who may see it, at the top of its body.</summary>
    public const string FieldName = "_allow_access_control";

    /// <summary>
    /// The value that every identity of a connector has: a document that lists it is visible to all of them, and to no one else.
    /// </summary>
    public const string Everyone = "everyone";

    /// <summary>The value that no identity has.</summary>
    internal const string Nobody = "_nobody";

    /// <summary>
    /// Most bytes of a value as UTF-8. Elasticsearch rejects much longer values, and an index may ignore longer ones, which would make the
    /// document visible to everyone.
    /// </summary>
    internal const int MaxValueBytes = 1024;

    /// <summary>The field by which a user switches it on, under the Python service's name. A source with access control declares it, unless
    /// its documents always carry the values.</summary>
    public static ConfigField Switch { get; } =
        CommonFields.Toggle(
            "use_document_level_security",
            "Enable document level security",
            "Keep who may read what: documents list who may see them, and access control syncs keep the users and what they may see."
        );

    /// <summary>Whether the user has switched it on.</summary>
    /// <exception cref="ConnectorException">The field is neither true nor false.</exception>
    public static bool IsOn(SourceSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.GetBoolean(Switch.Name);
    }

    /// <summary>The value of a user: <c>user:alice</c>.</summary>
    public static string User(string id) => Value("user", id);

    /// <summary>The value of a group: <c>group:staff</c>.</summary>
    public static string Group(string id) => Value("group", id);

    /// <summary>The value of anything else, under a prefix that keeps it apart from others of the same name:
    /// <c>email:alice@example.org</c>.</summary>
    public static string Value(string prefix, string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        ArgumentException.ThrowIfNullOrEmpty(id);
        return $"{prefix}:{id}";
    }

    /// <summary>Writes <see cref="FieldName"/> into the object that is being written: each value once, in a fixed order. Without any value
    /// the document is seen by nobody.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartArray(FieldName);
        foreach (var value in ListOf(values))
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    /// <summary>The list as it is written: sorted, since a list in another order would look like another document.</summary>
    internal static IReadOnlyList<string> ListOf(IEnumerable<string?> values)
    {
        var usable = Usable(values);
        return usable.Count > 0 ? usable : [Nobody];
    }

    /// <summary>The values that can be compared, each once, sorted.</summary>
    internal static IReadOnlyList<string> Usable(IEnumerable<string?> values) =>
        [
            .. values
                .OfType<string>()
                .Where(value =>
                    !string.IsNullOrWhiteSpace(value) && value != Nobody && System.Text.Encoding.UTF8.GetByteCount(value) <= MaxValueBytes
                )
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Whether the documents of a connector carry the field: its source can, and the user has not left it switched off.</summary>
    /// <exception cref="ConnectorException">The switch is neither true nor false.</exception>
    internal static bool IsOn(SourceDescription source, SourceSettings settings) =>
        source.HasAccessControl && (source.Fields.All(field => field.Name != Switch.Name) || IsOn(settings));
}
