using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Connectors.Abstractions;
using Connectors.Functions.Orchestrations;
using Connectors.LocalHost.Hosting;
using Connectors.Sources;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Protocol;
using Connectors.Tests.Support;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>Drawings in characters, calculations, and queries of logs: whatever they name is in the code, and sums are right.</summary>
internal static partial class PictureBlocks
{
    private static readonly Assembly[] Ours =
    [
        typeof(ConnectorException).Assembly,
        typeof(SyncTelemetry).Assembly,
        typeof(BuiltInSources).Assembly,
        typeof(SyncJob).Assembly,
        typeof(Connectors.Cli.ExitCode).Assembly,
        typeof(LocalFunctionHost).Assembly,
        typeof(Connectors.Emulator.EmulatorServer).Assembly,
    ];

    private static readonly IReadOnlyList<MethodInfo> Methods =
    [
        .. Ours.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type =>
                type.GetMethods(
                    BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
                )
            ),
    ];

    private static readonly HashSet<string> Names =
    [
        .. Ours.SelectMany(assembly => assembly.GetTypes()).Select(type => type.Name.Split('`')[0]),
        .. Methods.Select(method => method.Name),
        .. Methods.Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name ?? string.Empty),
    ];

    private static readonly Lazy<string> Code = new(() =>
        string.Concat(
            new[] { "Connectors.Cli", "Connectors.Sync", "Connectors.Sources" }
                .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Approved.Root, project), "*.cs", SearchOption.AllDirectories))
                .Select(File.ReadAllText)
        )
    );

    /// <summary>A drawing in characters, or a calculation.</summary>
    public static void Drawing(DocBlock block)
    {
        var text = string.Join('\n', block.Lines);
        if (block.File == "docs/cli.md")
        {
            Screen(text);
            return;
        }

        var named = Identifiers(text);
        Assert.Empty(NotInCode(named));
        var sums = Product().Matches(text);
        Assert.All(sums, sum =>
            Assert.Equal(
                Number(sum.Groups["is"].Value),
                sum.Groups["of"].Value.Split('×').Aggregate(1m, (product, factor) => product * Number(factor))
            )
        );
        var states = block.File == "docs/protocol.md" ? Word().Matches(text).Select(match => match.Value).ToList() : [];
        Assert.Empty(
            states.Except(Enum.GetValues<JobStatus>().Select(status => SnakeCase().Replace(status.ToString(), "_").ToLowerInvariant()))
        );
        Assert.True(
            named.Count + sums.Count + states.Count > 0 || text.Contains(" × ", StringComparison.Ordinal),
            "nothing in this block can be checked; give it a language that says what it is"
        );
    }

    /// <summary>Words that look like names of types, members or functions.</summary>
    public static IReadOnlyList<string> Identifiers(string text) => [.. Identifier().Matches(text).Select(match => match.Value)];

    /// <summary>Those that are no names in the code.</summary>
    public static IEnumerable<string> NotInCode(IEnumerable<string> names) => names.Where(name => !Names.Contains(name));

    /// <summary>A query of Log Analytics: its events and properties are ones that are logged.</summary>
    public static void Query(DocBlock block)
    {
        var text = string.Join('\n', block.Lines);
        Assert.Matches(@"^(union )?App(Traces|Exceptions)\b", text);
        var messages = Methods
            .Select(method => (method.Name, method.GetCustomAttribute<LoggerMessageAttribute>()?.Message))
            .Where(item => item.Message is not null)
            .ToList();
        Assert.True(messages.Count > 40, $"only {messages.Count} messages");
        Assert.All(Event().Matches(text), item => Assert.Contains(messages, message => message.Name == item.Groups["name"].Value));
        Assert.All(Property().Matches(text).Select(item => item.Groups["name"].Value).Where(name => name != "EventName"), name =>
            Assert.Contains(messages, message => message.Message!.Contains($"{{{name}}}", StringComparison.Ordinal))
        );
    }

    // What a command prints: no word that its code does not have. Words with digits, slashes and hyphens, and those in quotes, are values.
    private static void Screen(string text)
    {
        var words = Quoted()
            .Replace(text, " ")
            .Split([' ', '\n', '│'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('.', ':', ',', ';'))
            .Where(word => PlainWord().IsMatch(word))
            .ToList();
        Assert.True(words.Count > 5, $"only {words.Count} words");
        Assert.DoesNotContain(words, word => !Code.Value.Contains(word, StringComparison.Ordinal));
    }

    private static decimal Number(string text) =>
        decimal.Parse(text.Trim().Replace(",", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture);

    // Two humps at least: PageDiff, IDataSource, ReadPageAsync.
    [GeneratedRegex(@"\bI?[A-Z][a-z0-9]+([A-Z][a-z0-9]+)+\b", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"(?<of>\d[\d,.]*(\s×\s\d[\d,.]*)+)\s=\s(?<is>\d[\d,]*(\.\d+)?)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Product();

    [GeneratedRegex("^[A-Za-z']{3,}$", RegexOptions.None, 5000)]
    private static partial Regex PlainWord();

    [GeneratedRegex("'[^' ]+'", RegexOptions.None, 5000)]
    private static partial Regex Quoted();

    [GeneratedRegex("[a-z_]+", RegexOptions.None, 5000)]
    private static partial Regex Word();

    [GeneratedRegex("EventName (==|in) \\(?\"(?<name>\\w+)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Event();

    [GeneratedRegex(@"Properties\.(?<name>\w+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Property();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])", RegexOptions.None, 5000)]
    private static partial Regex SnakeCase();
}
