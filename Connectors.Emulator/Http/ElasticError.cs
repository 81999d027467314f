using System.Text.Json;

namespace Connectors.Emulator.Http;

/// <summary>An error as Elasticsearch words it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Type">For instance <c>index_not_found_exception</c>.</param>
/// <param name="Reason">A sentence.</param>
/// <param name="CausedBy">What led to it.</param>
internal sealed record ElasticError(int Status, string Type, string Reason, ElasticError? CausedBy = null)
{
    /// <summary>Further members of the error object; values are strings or whole numbers.</summary>
    public (string Name, object Value)[] Details { get; init; } = [];

    /// <summary>The index and node of a search's failed shard: the error is then shown inside a
    /// <c>search_phase_execution_exception</c>.</summary>
    public string? FailedShardOf { get; init; }

    /// <summary>Seconds for the <c>Retry-After</c> header.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The innermost of parsers that failed one inside the other; else the error itself.</summary>
    private ElasticError RootCause => CausedBy is { Type: "x_content_parse_exception" } inner ? inner.RootCause : this;

    public ElasticErrorException Thrown() => new(this);

    /// <summary>The members of the error, without the braces.</summary>
    public void WriteMembers(Utf8JsonWriter json, bool withCause = true)
    {
        json.WriteString("type", Type);
        json.WriteString("reason", Reason);
        foreach (var (name, value) in Details)
        {
            if (value is int number)
            {
                json.WriteNumber(name, number);
            }
            else
            {
                json.WriteString(name, (string)value);
            }
        }

        if (withCause && CausedBy is not null)
        {
            json.WriteStartObject("caused_by");
            CausedBy.WriteMembers(json);
            json.WriteEndObject();
        }
    }

    /// <summary>The body of a call that failed as a whole.</summary>
    public void WriteBody(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteStartArray("root_cause");
        json.WriteStartObject();
        RootCause.WriteMembers(json, withCause: false);
        json.WriteEndObject();
        json.WriteEndArray();
        if (FailedShardOf is null)
        {
            WriteMembers(json);
        }
        else
        {
            json.WriteString("type", "search_phase_execution_exception");
            json.WriteString("reason", "all shards failed");
            json.WriteString("phase", "query");
            json.WriteBoolean("grouped", true);
            json.WriteStartArray("failed_shards");
            json.WriteStartObject();
            json.WriteNumber("shard", 0);
            json.WriteString("index", FailedShardOf);
            json.WriteString("node", "emulator");
            json.WriteStartObject("reason");
            WriteMembers(json);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            if (Type == "illegal_argument_exception")
            {
                // Elasticsearch says it twice.
                json.WriteStartObject("caused_by");
                (this with { CausedBy = this }).WriteMembers(json);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
        json.WriteNumber("status", Status);
        json.WriteEndObject();
    }
}

/// <summary>Carries an <see cref="ElasticError"/> to the place that answers the call or the item.</summary>
internal sealed class ElasticErrorException(ElasticError error) : Exception(error.Reason)
{
    public ElasticError Error { get; } = error;
}

/// <summary>Errors that several places give.</summary>
internal static class ElasticErrors
{
    public static ElasticError IllegalArgument(string reason) => new(400, "illegal_argument_exception", reason);

    public static ElasticError Parsing(string type, string reason) => new(400, type, reason);

    public static ElasticError Validation(string reason) =>
        new(400, "action_request_validation_exception", $"Validation Failed: 1: {reason};");

    /// <summary>Something that Elasticsearch may know and the emulator doesn't.</summary>
    public static ElasticError Unsupported(string what) => new(400, "emulator_unsupported_exception", $"The emulator does not know {what}");

    public static ElasticError NoSuchIndex(string index) =>
        new(404, "index_not_found_exception", $"no such index [{index}]")
        {
            Details = [("resource.type", "index_or_alias"), ("resource.id", index), ("index_uuid", "_na_"), ("index", index)],
        };

    public static ElasticError Conflict(string index, string uuid, string id, string reason) =>
        new(409, "version_conflict_engine_exception", $"[{id}]: version conflict, {reason}")
        {
            Details = [("index_uuid", uuid), ("shard", "0"), ("index", index)],
        };

    public static ElasticError MissingDocument(string index, string uuid, string id) =>
        new(404, "document_missing_exception", $"[{id}]: document missing")
        {
            Details = [("index_uuid", uuid), ("shard", "0"), ("index", index)],
        };
}
