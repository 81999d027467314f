using System.Text.Json.Nodes;

namespace Connectors.Abstractions;

/// <summary>
/// One field of a source's configuration, declared once. It determines the protocol's JSON, Kibana's form, validation, <c>list</c> output,
/// docs and which values are secret. Property names are the protocol's.
/// </summary>
/// <param name="Name">The key in the connector's <c>configuration</c>: <c>aws_access_key_id</c>.</param>
/// <param name="Label">What Kibana shows beside the input.</param>
public sealed record ConfigField(string Name, string Label)
{
    /// <summary>Type of the value. Default text.</summary>
    public ConfigFieldType Type { get; init; } = ConfigFieldType.Text;

    /// <summary>How Kibana shows it; <see langword="null"/> = a drop-down when there are <see cref="Options"/>, or else what suits the
    /// type.</summary>
    public ConfigDisplay? Display { get; init; }

    /// <summary>The value used when the user leaves the field empty, or <see langword="null"/>.</summary>
    public JsonNode? DefaultValue { get; init; }

    /// <summary>The initial value of a new connector; <see langword="null"/> = the default value, or nothing.</summary>
    public JsonNode? InitialValue { get; init; }

    /// <summary>Whether the connector stays in <c>needs_configuration</c> without a value. Default true, as in the protocol.</summary>
    public bool Required { get; init; } = true;

    /// <summary>Whether the value is a secret: shown as dots, never logged.</summary>
    public bool Sensitive { get; init; }

    /// <summary>Help in a sentence or two.</summary>
    public string? Tooltip { get; init; }

    /// <summary>The choices of a drop-down: the value must be one of them.</summary>
    public IReadOnlyList<ConfigOption> Options { get; init; } = [];

    /// <summary>The field is shown and used only when all of these fields have these values.</summary>
    public IReadOnlyList<ConfigDependency> DependsOn { get; init; } = [];

    /// <summary>Checks on the value beyond its type.</summary>
    public IReadOnlyList<ConfigValidation> Validations { get; init; } = [];

    /// <summary>Where Kibana shows the field: <c>advanced</c> hides it behind a section.</summary>
    public IReadOnlyList<string> UiRestrictions { get; init; } = [];

    /// <summary>Whether the value is the bare name of a server: a URL would be a mistake, and may hold a password.</summary>
    internal bool TakesNoUrl { get; init; }

    /// <summary>Whether the value is the path of a file or a folder, which has to be absolute: another process would find another one from
    /// its own folder.</summary>
    internal bool TakesPath { get; init; }

    /// <summary>What is wrong with a value as seen from this machine, without asking a server, or <see langword="null"/>: for whoever asks
    /// a person for the fields one by one.</summary>
    internal Func<string, string?>? LocalCheck { get; init; }

    /// <summary>
    /// Whether a change of the value may change documents. If so, every document is read and compared again. Default true.
    /// </summary>
    internal bool ShapesDocuments { get; init; } = true;

    /// <summary>Whether the service itself puts another value in the place of one that is used up (<see cref="ISettingStore"/>).</summary>
    internal bool IsReplacedByUse { get; init; }
}

/// <summary>Type of a field's value, in the protocol's words <c>str</c>, <c>int</c>, <c>bool</c>, <c>list</c>.</summary>
public enum ConfigFieldType
{
    /// <summary><c>str</c></summary>
    Text,

    /// <summary><c>int</c></summary>
    Integer,

    /// <summary><c>bool</c></summary>
    Boolean,

    /// <summary><c>list</c></summary>
    List,
}

/// <summary>How Kibana shows a field.</summary>
public enum ConfigDisplay
{
    /// <summary><c>textbox</c></summary>
    TextBox,

    /// <summary><c>textarea</c></summary>
    TextArea,

    /// <summary><c>numeric</c></summary>
    Numeric,

    /// <summary><c>toggle</c></summary>
    Toggle,

    /// <summary><c>dropdown</c></summary>
    DropDown,
}

/// <summary>A choice of a drop-down.</summary>
/// <param name="Label">What is shown.</param>
/// <param name="Value">What is stored.</param>
public sealed record ConfigOption(string Label, string Value);

/// <summary>A condition on another field.</summary>
/// <param name="Field">The other field's name.</param>
/// <param name="Value">The value it must have.</param>
public sealed record ConfigDependency(string Field, JsonNode Value);

/// <summary>A check on a value.</summary>
/// <param name="Type">The protocol's word: <c>less_than</c>, <c>greater_than</c>, <c>list_type</c>, <c>included_in</c> or
/// <c>regex</c>.</param>
/// <param name="Constraint">The value to compare with.</param>
public sealed record ConfigValidation(string Type, JsonNode Constraint);
