using System.CommandLine.Completions;
using System.Globalization;
using Connectors.Abstractions;
using Connectors.Cli.Hosting;

namespace Connectors.Cli.Commands;

/// <summary>
/// What may come next on a command line, for the shells (<c>elastic-ingest [suggest:POSITION] LINE</c>): commands and values first, then
/// options; ids of connectors and jobs are those of the Elasticsearch that is configured.
/// </summary>
internal static class Suggestions
{
    /// <summary>Service types.</summary>
    public const string Source = "source";

    /// <summary>Ids and names of connectors.</summary>
    public const string Connector = "connector";

    /// <summary>Ids of the newest jobs.</summary>
    public const string Job = "job";

    private const string Directive = "[suggest:";
    private const int MaxJobs = 20;

    // A person waits at the Tab key.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>Stands for words that have to be looked up.</summary>
    public static Func<CompletionContext, IEnumerable<CompletionItem>> Marker(string kind) =>
        context => [new CompletionItem(context.WordToComplete, kind: kind)];

    /// <summary>Whether a command line asks for suggestions.</summary>
    public static bool AreAsked(IReadOnlyList<string> args) =>
        args is [var directive, _] && directive.StartsWith(Directive, StringComparison.Ordinal);

    /// <summary>Writes them, one a line. What can't be looked up is left out.</summary>
    public static async Task<int> WriteAsync(IReadOnlyList<string> args, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var global = new GlobalOptions();
        var parsed = IngestCommand.Create(environment, global).Parse(args[1], CommandLine.Form);
        var position = int.TryParse(args[0][Directive.Length..].TrimEnd(']'), CultureInfo.InvariantCulture, out var number)
            ? Math.Clamp(number, 0, args[1].Length)
            : args[1].Length;
        var typed = parsed.GetCompletionContext() is TextCompletionContext text
            ? text.AtCursorPosition(position).WordToComplete
            : string.Empty;
        List<string> words = [];
        foreach (var item in parsed.GetCompletions(position))
        {
            if (item.Kind is Source or Connector or Job)
            {
                var session = new CommandSession(environment with { Error = TextWriter.Null }, global, parsed);
                words.AddRange(await FindAsync(session, item.Kind, cancellationToken));
            }
            else
            {
                words.Add(item.Label);
            }
        }

        foreach (
            var word in words
                .Where(word => word.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Where(word => word is not ['/', ..] and not ['-', not '-', ..])
                .Distinct()
                .OrderBy(word => word.StartsWith('-'))
        )
        {
            await environment.Out.WriteLineAsync(word);
        }

        return ExitCode.Success;
    }

    private static async Task<IReadOnlyList<string>> FindAsync(CommandSession session, string kind, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(LongestWait, session.Environment.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            if (kind == Source)
            {
                return session.Sources.ServiceTypes;
            }

            using var elasticsearch = await ElasticsearchSession.ConnectAsync(session, isService: false, either.Token);
            if (kind == Job)
            {
                return [.. (await elasticsearch.Jobs.NewestAsync(null, [], MaxJobs, either.Token)).Select(job => job.Id)];
            }

            return await elasticsearch
                .Connectors.ListAsync(either.Token)
                .SelectMany(connector => new[] { connector.Id, connector.Name }.OfType<string>())
                .ToListAsync(either.Token);
        }
        catch (Exception failure) when (failure is CliException or ConnectorException or OperationCanceledException)
        {
            return kind == Source ? [.. HostSources.Classes.ByServiceType.Keys] : [];
        }
    }
}
