using System.CommandLine;
using Connectors.Cli.Hosting;
using Connectors.Cli.Output.Listings;

namespace Connectors.Cli.Commands;

/// <summary><c>elastic-ingest source</c>: the sources that there are, and what each needs to be told.</summary>
internal static class SourceCommand
{
    public static Command Create(CliEnvironment environment, GlobalOptions global)
    {
        var list = new Command("list", "Shows the sources: what each mirrors, and what it can.");
        list.SetAction((parsed, _) => Done(() => SourceDetails.WriteAll(new CommandSession(environment, global, parsed))));
        var type = new Argument<string>("TYPE") { Description = "Service type, as `source list` shows it." };
        type.CompletionSources.Add(Suggestions.Marker(Suggestions.Source));
        var show = new Command("show", "Shows one source with its fields: type, default, limits, what it means, and how to begin.")
        {
            type,
        };
        show.SetAction(
            (parsed, _) => Done(() => SourceDetails.Write(new CommandSession(environment, global, parsed), parsed.GetRequiredValue(type)))
        );
        return new Command("source", "Shows the sources and their fields. Needs no Elasticsearch.") { list, show };
    }

    private static Task<int> Done(Action act)
    {
        act();
        return Task.FromResult(ExitCode.Success);
    }
}
