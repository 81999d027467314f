using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Tests.Emulator;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Sync.Protocol;

/// <summary>The tables in docs/protocol.md tell of every field, and of tests that exist.</summary>
public sealed partial class ConformanceTableTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Approved.Root, "docs", "protocol.md"));
    private static readonly string Tables = Document[Document.IndexOf("## Conformance", StringComparison.Ordinal)..];

    [Fact]
    public void EveryTestThatIsNamedExists()
    {
        var tests = Assembly
            .GetExecutingAssembly()
            .GetTypes()
            .SelectMany(type =>
                type.GetMethods()
                    .Where(method => method.GetCustomAttributes<FactAttribute>().Any())
                    .Select(method => $"{type.Name}.{method.Name}")
            )
            .ToHashSet(StringComparer.Ordinal);
        var named = Named().Matches(Tables).Select(match => match.Groups["name"].Value).ToList();

        Assert.True(named.Count > 45, $"only {named.Count} tests are named");
        Assert.Empty(named.Except(tests));

        // Each row has one.
        var rows = Tables
            .Split('\n')
            .Where(line =>
                line.StartsWith('|')
                && !line.StartsWith("|---", StringComparison.Ordinal)
                && !line.Contains("shown by", StringComparison.Ordinal)
            )
            .ToList();
        Assert.True(rows.Count > 40, $"only {rows.Count} rows");
        Assert.All(rows, row => Assert.Matches(Named(), row));
    }

    [Theory]
    [InlineData("connectors mapping", "### Fields of a connector", 65)]
    [InlineData("jobs mapping", "### Fields of a job", 40)]
    public void EveryFieldThatElasticsearchMapsHasARow(string recordedAs, string heading, int atLeast)
    {
        var mapping = RecordedExchange.ReadAll().Single(exchange => exchange.Name == recordedAs).Response!.AsObject().Single().Value!;
        var fields = Mapped(mapping["mappings"]!["properties"]!.AsObject(), "").ToList();

        Assert.True(fields.Count >= atLeast, $"only {fields.Count} fields");
        Assert.Empty(fields.Except(Rows(heading)));
    }

    [Theory]
    [InlineData("connector", "### Fields of a connector", 60)]
    [InlineData("job", "### Fields of a job", 30)]
    public void EveryFieldThatElasticsOwnServiceWritesHasARow(string document, string heading, int atLeast)
    {
        var fields = RecordedLife
            .UserAndSnapshots()
            .SelectMany(line => new[] { line[document], line[$"{document}_changed"] })
            .OfType<JsonObject>()
            .SelectMany(found => Written(found, ""))
            // What a partial update changed is recorded with dots.
            .Select(field =>
                field.StartsWith("configuration.", StringComparison.Ordinal)
                    ? $"configuration.*.{string.Join('.', field.Split('.').Skip(2))}"
                    : field
            )
            .ToHashSet(StringComparer.Ordinal);

        Assert.True(fields.Count >= atLeast, $"only {fields.Count} fields");
        Assert.Empty(fields.Except(Rows(heading)));
    }

    /// <summary>The fields that the table names; <c>{a,b}</c> stands for several, <c>*</c> for a field of the source.</summary>
    private static HashSet<string> Rows(string heading)
    {
        var start = Tables.IndexOf(heading, StringComparison.Ordinal);
        var table = Tables[start..Tables.IndexOf("###", start + heading.Length, StringComparison.Ordinal)];
        return
        [
            .. table
                .Split('\n')
                .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .SelectMany(line => Code().Matches(line.Split('|')[1]))
                .SelectMany(match => Several(match.Groups["code"].Value)),
        ];
    }

    private static IEnumerable<string> Several(string name) =>
        Braces().Match(name) is { Success: true } braces
            ? braces
                .Groups["names"]
                .Value.Split(',')
                .SelectMany(one => Several(name[..braces.Index] + one + name[(braces.Index + braces.Length)..]))
            : [name];

    private static IEnumerable<string> Mapped(JsonObject properties, string path) =>
        properties.SelectMany(pair =>
            pair.Value!["properties"] is JsonObject below ? Mapped(below, $"{path}{pair.Key}.") : [$"{path}{pair.Key}"]
        );

    private static IEnumerable<string> Written(JsonNode? node, string path) =>
        node switch
        {
            // What is in them is the source's, or the user's own.
            JsonObject
                when path is "custom_scheduling" or "metadata" or "connector.configuration"
                    || path.EndsWith("advanced_snippet.value", StringComparison.Ordinal) => [path],
            JsonObject found when found.Count > 0 || path.Length == 0 => found.SelectMany(pair =>
                Written(
                    pair.Value,
                    path == "configuration" ? "configuration.*"
                        : path.Length == 0 ? pair.Key
                        : $"{path}.{pair.Key}"
                )
            ),
            JsonArray found when found.OfType<JsonObject>().Any() => found.OfType<JsonObject>().SelectMany(item => Written(item, path)),
            _ => [path],
        };

    [GeneratedRegex(@"`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\{(?<names>[^{}]*)\}", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Braces();

    [GeneratedRegex(@"`(?<name>\w+Tests\.\w+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Named();
}
