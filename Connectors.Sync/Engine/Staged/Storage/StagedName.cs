using System.Text.Json;
using System.Text.Json.Serialization;

namespace Connectors.Sync.Engine.Staged.Storage;

/// <summary>Name of something that the steps of a sync stage for each other. As JSON it is its text.</summary>
/// <param name="Value">The name in the staging store.</param>
public abstract record StagedName(string Value)
{
    /// <summary>The name in the staging store.</summary>
    public sealed override string ToString() => Value;
}

/// <summary>Name of a plan: the folder in which everything lies that the plan's steps stage.</summary>
/// <param name="Value">The name in the staging store.</param>
[JsonConverter(typeof(StagedNameConverter<PlanName>))]
public sealed record PlanName(string Value) : StagedName(Value);

/// <summary>Name of a page. What it writes is staged beside it.</summary>
/// <param name="Value">The name in the staging store.</param>
[JsonConverter(typeof(StagedNameConverter<PageName>))]
public sealed record PageName(string Value) : StagedName(Value);

/// <summary>Name of a report.</summary>
/// <param name="Value">The name in the staging store.</param>
[JsonConverter(typeof(StagedNameConverter<ReportName>))]
public sealed record ReportName(string Value) : StagedName(Value);

/// <summary>Name of planned deletes: a folder of parts.</summary>
/// <param name="Value">The name in the staging store.</param>
[JsonConverter(typeof(StagedNameConverter<DeletesName>))]
public sealed record DeletesName(string Value) : StagedName(Value);

/// <summary>Writes a name as its text.</summary>
internal sealed class StagedNameConverter<T> : JsonConverter<T>
    where T : StagedName
{
    /// <inheritdoc/>
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } value ? (T)Activator.CreateInstance(typeof(T), value)! : null;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
