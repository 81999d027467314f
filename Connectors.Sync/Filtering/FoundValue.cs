namespace Connectors.Sync.Filtering;

/// <summary>A single value of a field that a rule asks for, as it stands in the document's JSON.</summary>
/// <param name="Field">Which of the rules' fields.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Raw">A text without its quotes, otherwise the value as written.</param>
/// <param name="IsEscaped">Whether the text has escapes.</param>
internal readonly record struct FoundValue(int Field, ValueKind Kind, ReadOnlyMemory<byte> Raw, bool IsEscaped = false);

/// <summary>Kinds of values that rules can compare.</summary>
internal enum ValueKind
{
    /// <summary>A text, which may hold a date.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,
}
