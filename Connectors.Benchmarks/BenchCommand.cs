using System.CommandLine;
using System.Globalization;
using Connectors.Benchmarks.Cold;
using Connectors.Benchmarks.Functions;
using Connectors.Benchmarks.Ids;
using Connectors.Benchmarks.Race;

namespace Connectors.Benchmarks;

/// <summary>The command line of the benchmarks. Without a verb it is the race.</summary>
internal static class BenchCommand
{
    public static RootCommand Create()
    {
        var documents = Number("--documents", "Documents to sync. Default: 100,000.");
        var rounds = Number("--rounds", "Rounds. Default: race 5, of more than 200,000 documents 1; functions 3; cold 5.");
        var pace = Number("--pace", "Writes a second that the slower server takes. Default: 30,000.");
        var times = Number("--times", "A last round with so many times the documents.");
        var count = new Argument<int>("COUNT")
        {
            Description = "Ids.",
            DefaultValueFactory = _ => 10_000_000,
            CustomParser = result => Parse(result.Tokens[0].Value, result.AddError) ?? 0,
        };
        var race = new Command("race", "First sync and re-sync beside a raw bulk blast of the same bytes; the default.")
        {
            documents,
            rounds,
            pace,
        };
        var functions = new Command("functions", "The same sync through the orchestration and by the one-process engine.")
        {
            documents,
            rounds,
            times,
        };
        var cold = new Command("cold", "How long the published function app takes to its first answer.") { rounds };
        var ids = new Command("ids", "The memory that so many ids take.") { count };
        var micro = new Command("micro", "The micro-benchmarks. What follows goes to BenchmarkDotNet.");
        var root = new RootCommand("Measures Connectors; docs/performance.md explains what is measured.")
        {
            documents,
            rounds,
            pace,
            race,
            functions,
            cold,
            ids,
            micro,
        };
        root.SetAction((parsed, _) => RaceAsync(parsed));
        race.SetAction((parsed, _) => RaceAsync(parsed));
        functions.SetAction(
            (parsed, _) =>
                FunctionsCommand.RunAsync(
                    parsed.GetValue(documents) ?? 100_000,
                    parsed.GetValue(rounds) ?? 3,
                    parsed.GetValue(times) ?? 1
                )
        );
        cold.SetAction((parsed, _) => ColdCommand.RunAsync(parsed.GetValue(rounds) ?? 5));
        ids.SetAction((parsed, _) => IdsCommand.PrintAsync(parsed.GetValue(count)));
        return root;

        Task<int> RaceAsync(ParseResult parsed) =>
            RaceCommand.RunAsync(parsed.GetValue(documents), parsed.GetValue(rounds), parsed.GetValue(pace));
    }

    private static Option<int?> Number(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "N",
            CustomParser = result => Parse(result.Tokens[0].Value, result.AddError),
        };

    /// <summary>A number, which may be written as 1,000,000.</summary>
    private static int? Parse(string text, Action<string> refuse)
    {
        if (int.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        refuse($"'{text}' is not a number above 0.");
        return null;
    }
}
