using Connectors.Abstractions;
using Connectors.Cli.Hosting;
using Connectors.Cli.Input;
using Connectors.Cli.Output.Screen;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Sources;

namespace Connectors.Cli.Output.Listings;

/// <summary>Shows what sources are and what they need to be told.</summary>
internal static class SourceDetails
{
    /// <summary>All of them, a line each: those that there are, and the others of Elastic's service. A source that can't be loaded is told
    /// with the reason.</summary>
    public static void WriteAll(CommandSession session)
    {
        List<string[]> rows = [];
        foreach (var type in session.Sources.ServiceTypes)
        {
            try
            {
                var source = session.Sources.Describe(type);
                if (session.IsJson)
                {
                    JsonLine.Write(session.Environment.Out, SourceListing.Json(source, session.Configuration.Sources[type]));
                }

                var needed = string.Join(", ", FieldAssignments.Needed(source.Fields).Select(field => field.Name));
                rows.Add([
                    type,
                    source.Name,
                    KnownSources.StateOfClass(type),
                    source.HasChangeFeed ? "yes" : "",
                    source.CheckAdvancedRules is null ? "" : "yes",
                    needed,
                ]);
            }
            catch (ConnectorException exception)
            {
                session.Environment.Error.WriteLine(exception.Message);
            }
        }

        rows.AddRange(WriteMissing(session));

        if (!session.IsJson)
        {
            new Listing
            {
                Title = "Sources",
                WhenEmpty = "There are no sources.",
                Columns =
                [
                    new("type", 0),
                    new("name", 2),
                    new("state", 1),
                    new("incremental", 4, ColumnFallback.LeftOut),
                    new("advanced rules", 5, ColumnFallback.LeftOut),
                    new("must be told", 3),
                ],
                More = "More: elastic-ingest source show TYPE",
            }.Write(session.Environment, rows);
        }
    }

    /// <summary>One, with all that is known about it.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static void Write(CommandSession session, string serviceType)
    {
        var (source, output) = (Lookup.Describe(session.Sources, serviceType), session.Environment.Out);
        if (session.IsJson)
        {
            JsonLine.Write(output, SourceListing.Json(source, session.Configuration.Sources[serviceType]));
            return;
        }

        output.WriteLine($"{source.Name}, service type {source.ServiceType}");
        var (incremental, rules) = (source.HasChangeFeed ? "yes" : "no", source.CheckAdvancedRules is null ? "no" : "yes");
        var width = session.Environment.Width ?? session.Environment.Columns ?? 120;
        WriteWrapped(
            output,
            $"incremental syncs: {incremental}; advanced sync rules: {rules}; class: {session.Configuration.Sources[serviceType]}",
            width
        );
        output.WriteLine();
        output.WriteLine("Fields:");
        foreach (var field in source.Fields)
        {
            WriteField(output, field, width);
        }

        var needed = FieldAssignments.Needed(source.Fields).Select(FieldAssignments.Example);
        output.WriteLine();
        output.WriteLine("To make a connector of it:");
        output.WriteLine(
            $"  elastic-ingest connector create --service-type {ShellWord.Of(source.ServiceType)} --index "
                + $"search-{source.ServiceType.Replace('_', '-')}{string.Concat(needed)}"
        );
        output.WriteLine();
        output.WriteLine("To serve only some connectors, in config.yml:");
        output.WriteLine("  connectors:");
        output.WriteLine("    - connector_id: ID");
        output.WriteLine($"      service_type: {source.ServiceType}");
    }

    // The sources of Elastic's service that are not here, after those that are.
    private static IEnumerable<string[]> WriteMissing(CommandSession session)
    {
        foreach (var missing in KnownSources.Without(session.Sources.ServiceTypes))
        {
            var state = missing.State(isHere: false);
            if (session.IsJson)
            {
                JsonLine.Write(
                    session.Environment.Out,
                    new
                    {
                        kind = "source",
                        missing.ServiceType,
                        missing.Name,
                        state,
                        need = missing.Need,
                    }
                );
            }

            yield return [missing.ServiceType, missing.Name, state, "", "", ""];
        }
    }

    private static void WriteField(TextWriter output, ConfigField field, int width)
    {
        List<string> facts = [SourceListing.Word(field)];
        var condition = string.Join(
            " and ",
            field.DependsOn.Select(other => $"{other.Field} is {other.Value.ToJsonString(JsonLine.Options).Trim('"')}")
        );
        var isNeededThen = condition.Length > 0 && SourceListing.IsNeeded(field with { DependsOn = [] });
        facts.Add(
            SourceListing.IsNeeded(field) ? "required"
            : isNeededThen ? $"required when {condition}"
            : field.Required ? ""
            : "optional"
        );
        if (SourceListing.DefaultOf(field) is { Length: > 0 } value)
        {
            facts.Add($"default {value}");
        }

        if (field.Options.Count > 0)
        {
            facts.Add($"one of {string.Join(", ", field.Options.Select(option => option.Value))}");
        }

        facts.AddRange(FieldLimits.Of(field));
        WriteWrapped(output, $"{field.Name} ({string.Join(", ", facts.Where(fact => fact.Length > 0))})", width);
        var meaning = $"{field.Label}. {field.Tooltip}".TrimEnd();
        var counts = condition.Length == 0 || isNeededThen ? "" : $" Counts only when {condition}.";
        foreach (var line in WordWrap.Lines(meaning + counts, width - 6))
        {
            output.WriteLine($"      {line}");
        }
    }

    private static void WriteWrapped(TextWriter output, string text, int width)
    {
        foreach (var line in WordWrap.HangingLines(text, width - 2))
        {
            output.WriteLine($"  {line}");
        }
    }
}
