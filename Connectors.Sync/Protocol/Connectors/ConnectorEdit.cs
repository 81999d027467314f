using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sync.Protocol.Schedules;

namespace Connectors.Sync.Protocol.Connectors;

/// <summary>
/// A user's change of a connector. Properties that are <see langword="null"/>, and values that are not named, stay unchanged. Pure: it is
/// applied to the current document.
/// </summary>
internal sealed record ConnectorEdit
{
    /// <summary>The word that switches a schedule off.</summary>
    public const string Off = "off";

    /// <summary>The name that people see.</summary>
    public string? Name { get; init; }

    /// <summary>The content index.</summary>
    public string? IndexName { get; init; }

    /// <summary>Values of configuration fields by name.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Values { get; init; } = new Dictionary<string, JsonNode?>();

    /// <summary>Schedules: a Quartz cron expression, or <see cref="Off"/>.</summary>
    public IReadOnlyDictionary<JobType, string> Schedules { get; init; } = new Dictionary<JobType, string>();

    /// <summary>The schedule of syncs that only delete.</summary>
    public string? DeletesOnlySchedule { get; init; }

    /// <summary>The ingest pipeline; empty for none.</summary>
    public string? Pipeline { get; init; }

    /// <summary>Whether the pipeline makes text of files.</summary>
    public bool? ExtractBinaryContent { get; init; }

    /// <summary>Whether the pipeline trims white space.</summary>
    public bool? ReduceWhitespace { get; init; }

    /// <summary>Whether the pipeline runs inference.</summary>
    public bool? RunMlInference { get; init; }

    /// <summary>What has to be merged into a connector.</summary>
    /// <param name="connector">The connector as it is.</param>
    /// <param name="fields">The fields of its source.</param>
    /// <param name="changed">Receives the name of everything that becomes different.</param>
    /// <returns><see langword="null"/> when it is so already.</returns>
    /// <exception cref="ConnectorException">A requested change is invalid; nothing must be written then.</exception>
    public JsonObject? Of(ConnectorRecord connector, IReadOnlyList<ConfigField> fields, ICollection<string> changed)
    {
        var change = new JsonObject();
        if (Name is not null && Name != connector.Name)
        {
            change["name"] = Name;
            changed.Add("name");
        }

        if (IndexName is not null && IndexName != connector.IndexName)
        {
            change["index_name"] = IndexName;
            changed.Add("index_name");
        }

        ChangeConfiguration(connector, fields, change, changed);
        ChangeSchedules(connector, change, changed);
        ChangePipeline(connector, change, changed);
        return change.Count == 0 ? null : change;
    }

    private void ChangeConfiguration(
        ConnectorRecord connector,
        IReadOnlyList<ConfigField> fields,
        JsonObject change,
        ICollection<string> changed
    )
    {
        if (Values.Count == 0)
        {
            return;
        }

        var merged = connector.Configuration?.DeepClone().AsObject() ?? [];
        var write = new JsonObject();
        foreach (var (name, missing) in ConnectorConfiguration.Missing(merged, fields) ?? [])
        {
            write[name] = missing!.DeepClone();
            var field = merged[name] as JsonObject;
            merged[name] = field ?? new JsonObject();
            foreach (var (property, value) in missing!.AsObject())
            {
                merged[name]![property] = value?.DeepClone();
            }
        }

        var before = changed.Count;
        foreach (var (name, value) in Values)
        {
            if (merged[name] is not JsonObject field)
            {
                throw new ConnectorException($"{name}: not an object with a 'value' in the connector's document. Fix it there.");
            }

            if (!JsonNode.DeepEquals(field["value"], value))
            {
                field["value"] = value?.DeepClone();
                write[name] ??= new JsonObject();
                write[name]!["value"] = value?.DeepClone();
                changed.Add(name);
            }
        }

        if (changed.Count == before)
        {
            return;
        }

        // What was named has to be right; what else is missing may follow, and the connector says until then that it does.
        var problems = ConfigurationValidator.Problems(merged, fields);
        var own = ConfigurationValidator.Problems(merged, fields, Values.ContainsKey);
        if (own.Count > 0)
        {
            throw new ConnectorException(string.Join(' ', own));
        }

        change["configuration"] = write;
        change["status"] = (problems.Count == 0 ? ConnectorStatus.Configured : ConnectorStatus.NeedsConfiguration).ToWord();
        change["error"] = null;
    }

    private void ChangeSchedules(ConnectorRecord connector, JsonObject change, ICollection<string> changed)
    {
        var scheduling = new JsonObject();
        foreach (var (type, wanted) in Schedules)
        {
            if (Decide(connector.Schedule(type), wanted) is { } schedule)
            {
                scheduling[type.ToWord()] = schedule;
                changed.Add($"scheduling.{type.ToWord()}");
            }
        }

        if (scheduling.Count > 0)
        {
            change["scheduling"] = scheduling;
        }

        if (DeletesOnlySchedule is not null && Decide(connector.DeletesOnlySchedule, DeletesOnlySchedule) is { } deletes)
        {
            deletes["name"] = "Deletes";
            deletes["configuration_overrides"] = new JsonObject();
            change["custom_scheduling"] = new JsonObject { [ConnectorRecord.DeletesOnlyName] = deletes };
            changed.Add($"custom_scheduling.{ConnectorRecord.DeletesOnlyName}");
        }
    }

    private static JsonObject? Decide(ConnectorSchedule? now, string wanted)
    {
        if (wanted == Off)
        {
            return now is { Enabled: true } ? new JsonObject { ["enabled"] = false, ["interval"] = now.Interval } : null;
        }

        _ = CronSchedule.Parse(wanted);
        return now == new ConnectorSchedule(true, wanted) ? null : new JsonObject { ["enabled"] = true, ["interval"] = wanted };
    }

    private void ChangePipeline(ConnectorRecord connector, JsonObject change, ICollection<string> changed)
    {
        if (Pipeline is null && ExtractBinaryContent is null && ReduceWhitespace is null && RunMlInference is null)
        {
            return;
        }

        var now = connector.Pipeline;
        if (Pipeline is { Length: 0 })
        {
            if (ExtractBinaryContent is not null || ReduceWhitespace is not null || RunMlInference is not null)
            {
                throw new ConnectorException(
                    "The connector is to have no ingest pipeline, so there is none that could be told what to do. Leave out one of both."
                );
            }

            if (now is not null)
            {
                change["pipeline"] = null;
                changed.Add("pipeline");
            }

            return;
        }

        var name = Pipeline
            ?? now?.Name
            ?? throw new ConnectorException("The connector has no ingest pipeline that could be told what to do. Choose one with it.");
        var flags = now ?? new(name, ExtractBinaryContent: true, ReduceWhitespace: true, RunMlInference: false);
        var wanted = flags with
        {
            Name = name,
            ExtractBinaryContent = ExtractBinaryContent ?? flags.ExtractBinaryContent,
            ReduceWhitespace = ReduceWhitespace ?? flags.ReduceWhitespace,
            RunMlInference = RunMlInference ?? flags.RunMlInference,
        };
        if (wanted != now)
        {
            change["pipeline"] = NewConnector.Render(wanted);
            changed.Add("pipeline");
        }
    }
}
