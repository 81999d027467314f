using System.Text.RegularExpressions;
using Connectors.Tests.Cli;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>Command lines of elastic-ingest, run in this process against the page's emulator. Those that run until they are stopped are
/// stopped; fixed ports become free ones.</summary>
internal static partial class IngestCommands
{
    public static async Task RunAsync(string[] arguments, PageStory story)
    {
        var cli = await story.CliAsync();
        switch (arguments)
        {
            case ["poll", ..] or ["emulator", ..]:
                using (var own = new CliRun((await story.ElasticsearchAsync()).Uri))
                {
                    var running = own.RunAsync([.. arguments.Select(argument => FreePort(argument, own))]);
                    own.Shutdown.Signal();
                    var code = await running;
                    Assert.True(code is 0 or 130, $"elastic-ingest {string.Join(' ', arguments)}: {code} {own.Error}");
                }

                break;
            case ["init", ..]:
                // It writes the configuration file; there is none before.
                File.Delete(cli.ConfigFile);
                var address = (await story.ElasticsearchAsync()).Uri.ToString().TrimEnd('/');
                await SucceedsAsync(
                    cli,
                    [.. arguments.Select(argument => argument.Replace("http://127.0.0.1:9200", address, StringComparison.Ordinal))]
                );
                break;
            case ["sync" or "preview", var id, ..]:
                await story.ConnectorAsync(id);
                await SucceedsAsync(cli, arguments);
                break;
            default:
                await SucceedsAsync(cli, arguments);
                break;
        }
    }

    /// <summary>Runs the demo, and finds every line that the page shows, in its order; what differs from run to run is left out of the
    /// comparison.</summary>
    public static async Task DemoAsync(string shown, PageStory story)
    {
        var cli = await story.CliAsync();
        await SucceedsAsync(cli, ["demo"]);
        var (printed, at) = (cli.Out.ToString().Split('\n').Select(Lasting).ToList(), 0);
        foreach (var line in shown.Split('\n').Where(line => line.Length > 0 && line != "...").Select(Lasting))
        {
            var found = printed.IndexOf(line, at);
            Assert.True(found >= 0, $"the demo does not print, here: {line}\nIt prints:\n{string.Join('\n', printed.Skip(at))}");
            at = found + 1;
        }
    }

    private static async Task SucceedsAsync(CliRun cli, string[] arguments)
    {
        foreach (var variable in arguments.SelectMany(argument => Secrets().Matches(argument)))
        {
            cli.Variables.TryAdd(variable.Groups["name"].Value, "secret");
        }

        var code = await (arguments is ["demo"] or [.., "--help"] ? cli.RunBareAsync([.. arguments]) : cli.RunAsync([.. arguments]));
        Assert.True(code == 0, $"elastic-ingest {string.Join(' ', arguments)}: {code} {cli.Out}{cli.Error}");
    }

    private static string FreePort(string argument, CliRun cli) =>
        argument switch
        {
            "9200" => "0",
            "127.0.0.1:8080" => "127.0.0.1:0",
            "emulator-data" => Path.Combine(cli.Folder, "data"),
            _ => argument,
        };

    private static string Lasting(string line) => Differing().Replace(line.TrimEnd(), "…");

    [GeneratedRegex("=@env:(?<name>[A-Z_]+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"(?<=127\.0\.0\.1:)\d+|(?<=demo-)\w+|(?<=Connector )[\w-]{15,30}(?= )|(?<=in )\d+\.\d(?= s)", RegexOptions.None, 5000)]
    private static partial Regex Differing();
}
