using System.CommandLine;
using System.Text;
using Connectors.Cli;
using Connectors.Cli.Commands;
using Connectors.Cli.Help;
using Connectors.Cli.Hosting;
using Connectors.Tests.Docs;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Cli;

public sealed class HelpTests
{
    [Fact]
    public async Task TheHelpOfEveryCommandIsTheApprovedOne()
    {
        using var shutdown = new ShutdownSignals(_ => { });
        var environment = new CliEnvironment
        {
            Out = new StringWriter { NewLine = "\n" },
            Error = TextWriter.Null,
            Variables = new Dictionary<string, string>(),
            Width = 100,
            Shutdown = shutdown,
        };
        var text = new StringBuilder();
        var commands = 0;
        foreach (var path in Paths(IngestCommand.Create(environment), []))
        {
            commands++;
            var output = new StringWriter { NewLine = "\n" };
            Assert.Equal(ExitCode.Success, await CommandLine.RunAsync([.. path, "--help"], environment with { Out = output }));
            text.Append($"$ elastic-ingest {string.Join(' ', [.. path, "--help"])}\n");
            text.AppendJoin('\n', output.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n').Select(line => line.TrimEnd()))
                .Append("\n\n");
        }

        Assert.Equal(26, commands);
        Approved.Verify(text.ToString(), "Connectors.Functions.Tests/Cli/help.approved.txt");
    }

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help connector edit", "connector edit --help")]
    public async Task HelpIsAlsoACommand(string line, string same)
    {
        using var cli = new CliRun();
        Assert.Equal(ExitCode.Success, await cli.RunBareAsync(same.Split(' ')));
        var expected = cli.Out.ToString();

        Assert.Equal(ExitCode.Success, await cli.RunBareAsync(line.Split(' ')));

        Assert.Equal(expected, cli.Out.ToString());
        Assert.Equal("", cli.Error.ToString());
    }

    [Fact]
    public void EveryCommandHasExamplesThatCanBeRunAsTheyStand()
    {
        using var shutdown = new ShutdownSignals(_ => { });
        var root = IngestCommand.Create(
            new CliEnvironment
            {
                Out = TextWriter.Null,
                Error = TextWriter.Null,
                Variables = new Dictionary<string, string>(),
                Shutdown = shutdown,
            }
        );
        var paths = Paths(root, []).Select(path => string.Join(' ', path)).ToList();

        Assert.Equal(paths.Order(StringComparer.Ordinal), HelpTopics.Paths.Order(StringComparer.Ordinal));
        foreach (var path in paths)
        {
            var examples = HelpTopics.Of(path).Examples;
            Assert.NotEmpty(examples);
            Assert.Contains(examples, example => example.Line.StartsWith(path, StringComparison.Ordinal));
            foreach (var (_, line) in examples)
            {
                var parsed = root.Parse(
                    new DocCommand("help", 0, line, "").Words(new Dictionary<string, string>()),
                    Connectors.Cli.CommandLine.Form
                );
                Assert.True(parsed.Errors.Count == 0, $"{line}: {string.Join(' ', parsed.Errors)}");
            }
        }
    }

    [Fact]
    public void TheDocumentationNamesEveryCommandOptionAndExitCode()
    {
        using var shutdown = new ShutdownSignals(_ => { });
        var root = IngestCommand.Create(
            new CliEnvironment
            {
                Out = TextWriter.Null,
                Error = TextWriter.Null,
                Variables = new Dictionary<string, string>(),
                Shutdown = shutdown,
            }
        );
        var docs = File.ReadAllText(Path.Combine(Approved.Root, "docs/cli.md"));
        var names = Options(root)
            .Where(name => name is not ("--help" or "--version"))
            .Concat(Paths(root, []).Skip(1).Select(path => $"`{string.Join(' ', path)}"))
            .ToArray();

        Assert.True(names.Length > 20);
        Assert.All(names, name => Assert.Contains(name, docs, StringComparison.Ordinal));
        int[] codes =
        [
            ExitCode.Success,
            ExitCode.Failed,
            ExitCode.Usage,
            ExitCode.Configuration,
            ExitCode.Elasticsearch,
            ExitCode.Interrupted,
        ];
        Assert.All(codes, code => Assert.Contains($"| {code} |", docs, StringComparison.Ordinal));
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        command.Subcommands.SelectMany(sub => Paths(sub, [.. path, sub.Name])).Prepend(path);

    private static IEnumerable<string> Options(Command command) =>
        command.Options.Where(option => !option.Hidden).Select(option => option.Name).Concat(command.Subcommands.SelectMany(Options));
}
