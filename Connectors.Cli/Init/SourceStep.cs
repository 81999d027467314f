using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Cli.Input;
using Connectors.Cli.Output.Listings;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Sync.Service;
using Connectors.Sync.Sources;

namespace Connectors.Cli.Init;

/// <summary>Asks what the first connector mirrors, and tries it.</summary>
/// <param name="options">What is known already.</param>
/// <param name="environment">The world outside.</param>
/// <param name="ask">Asks; <see langword="null"/> when nobody can be asked.</param>
/// <param name="catalog">The sources.</param>
/// <param name="gateway">Elasticsearch.</param>
internal sealed class SourceStep(
    InitOptions options,
    CliEnvironment environment,
    Prompts? ask,
    SourceCatalog catalog,
    ElasticsearchGateway gateway
)
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(15);

    private static readonly (string Word, string? Cron)[] Schedules =
    [
        ("Never: only when it is told to", null),
        ("Every hour", "0 0 * * * ?"),
        ("Every night at 2:00 UTC", "0 0 2 * * ?"),
        ("At other times", ""),
    ];

    /// <summary>What is missing when nobody can be asked, as options.</summary>
    public static IEnumerable<string> Missing(InitOptions options)
    {
        if (options is { NoSource: false, ServiceType: null })
        {
            yield return "--service-type TYPE (or --no-source)";
        }

        if (options is { NoSource: false, Index: null })
        {
            yield return "--index NAME";
        }
    }

    /// <summary>Asks and tries until it works.</summary>
    /// <returns>The connector to be made; <see langword="null"/> when none is wanted.</returns>
    /// <exception cref="CliException">It does not work and nobody can be asked, or whoever was asked gave up.</exception>
    public async Task<NewConnector?> RunAsync(CancellationToken cancellationToken)
    {
        if (options.NoSource || (options.ServiceType ?? await AskTypeAsync()) is not { } type)
        {
            return null;
        }

        var source = Lookup.Describe(catalog, type);
        var configuration = await ConfigureAsync(source, cancellationToken);
        var index = await IndexAsync(source, cancellationToken);
        var name = options.Name ?? (ask is null ? index : await ask.TextAsync("Name of the connector", index));
        return new NewConnector
        {
            Id = options.Id,
            Name = name,
            ServiceType = type,
            IndexName = index,
            Configuration = configuration,
            Schedule = options.Schedule ?? (ask is null ? null : await AskScheduleAsync()),
            Status = ConnectorStatus.Configured,
        };
    }

    private async Task<string?> AskTypeAsync()
    {
        var types = catalog.ServiceTypes;
        var chosen = await ask!.ChooseAsync(
            "What should be mirrored?",
            [.. types.Select(type => $"{type}: {NameOf(type)}"), "Nothing yet"],
            elsewhere: "`elastic-ingest source list` names what needs a plug-in; \"Nothing yet\" goes on without a source."
        );
        return chosen < types.Count ? types[chosen] : null;
    }

    private string NameOf(string type)
    {
        try
        {
            return catalog.Describe(type).Name;
        }
        catch (ConnectorException)
        {
            return "can't be loaded; `elastic-ingest source list` says why";
        }
    }

    private async Task<JsonObject> ConfigureAsync(SourceDescription source, CancellationToken cancellationToken)
    {
        var values = FieldAssignments.Read(source.Fields, options.Set, environment);
        var given = values.Keys.ToHashSet(StringComparer.Ordinal);
        while (true)
        {
            if (ask is not null)
            {
                await new FieldPrompts(ask, source.Fields, environment).AskAsync(values, given);
            }

            var configuration = ConnectorConfiguration.Render(source.Fields, values);
            var problems = ConfigurationValidator.Problems(configuration, source.Fields);
            if (problems.Count > 0 && ask is null)
            {
                problems =
                [
                    .. problems,
                    $"Give fields by --set field=value; `elastic-ingest source show {ShellWord.Of(source.ServiceType)}` explains them.",
                ];
                throw new CliException(ExitCode.Usage, problems);
            }

            var problem = problems.Count > 0 ? string.Join(' ', problems) : await PingAsync(source, configuration, cancellationToken);
            if (problem is null)
            {
                ask?.Say($"{source.Name} answers.");
                return configuration;
            }

            if (ask is null)
            {
                throw new CliException(ExitCode.Failed, problem);
            }

            ask.SayProblem(problem);
            given.Clear();
            switch (await ask.ChooseAsync("What now?", ["Change the answers", "Stop", "Continue anyway"]))
            {
                case 1:
                    throw new CliException(ExitCode.Failed, "Nothing was written.");
                case 2:
                    return configuration;
            }
        }
    }

    private async Task<string?> PingAsync(SourceDescription source, JsonObject configuration, CancellationToken cancellationToken)
    {
        var check = new SourceCheck(catalog, environment.TimeProvider);
        try
        {
            await using var opened = check.OpenDraft(source.ServiceType, configuration);
            await check.PingAsync(opened, PingTimeout, cancellationToken);
            return null;
        }
        catch (ConnectorException failure)
        {
            return failure.Message;
        }
    }

    private async Task<string> IndexAsync(SourceDescription source, CancellationToken cancellationToken)
    {
        var index = options.Index;
        while (true)
        {
            index ??= await ask!.TextAsync(
                "Index to fill",
                $"search-{source.ServiceType.Replace('_', '-')}",
                problemOf: ContentIndexName.Problem
            );
            var (problem, mayGoOn) = await ProblemOfAsync(index, cancellationToken);
            if (problem is null)
            {
                return index;
            }

            if (ask is null)
            {
                return mayGoOn ? Noted(index, problem) : throw new CliException(ExitCode.Failed, problem);
            }

            ask.SayProblem(problem);
            if (mayGoOn && await ask.ConfirmAsync("Use it anyway?", byDefault: false))
            {
                return index;
            }

            index = null;
        }
    }

    private string Noted(string index, string problem)
    {
        environment.Error.WriteLine($"notice: {problem}");
        return index;
    }

    private async Task<(string? Problem, bool MayGoOn)> ProblemOfAsync(string index, CancellationToken cancellationToken)
    {
        try
        {
            var connectors = new ConnectorIndex(gateway.Documents, environment.TimeProvider);
            await new ConnectorEdits(gateway.Documents, connectors).RequireFreeAsync(index, id: null, cancellationToken);
            if (await gateway.Checkup.MissingPrivilegesAsync([index], cancellationToken) is { Count: > 0 } missing)
            {
                return ($"The credentials lack: {string.Join(", ", missing)}.", true);
            }

            return await gateway.Content.InspectAsync(index, cancellationToken) is { DocumentCount: > 0 } state
                ? (
                    $"Index {index} is there and holds {Quantity.Of(state.DocumentCount, "document")}. Syncs make it equal to the "
                        + "source and delete what the source does not have.",
                    true
                )
                : (null, true);
        }
        catch (ConnectorException failure)
        {
            return (failure.Message, false);
        }
    }

    private async Task<string?> AskScheduleAsync()
    {
        var schedule = Schedules[await ask!.ChooseAsync("When is it synced?", [.. Schedules.Select(schedule => schedule.Word)])].Cron;
        return schedule != ""
            ? schedule
            : await ask.TextAsync("Quartz cron expression with seconds, UTC", "0 0 2 * * ?", problemOf: answer =>
                CronSchedule.Problem(answer, environment.TimeProvider.GetUtcNow())
            );
    }
}
