using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Xunit;

namespace Connectors.Testing;

/// <summary>What the contract asserts. A failure is for whoever writes the source: it names the document, the call or the partition, and
/// says what to do.</summary>
internal static class ContractAssert
{
    private const int MostNamed = 5;

    /// <summary>Exactly these ids were read, each once.</summary>
    public static void Ids(IReadOnlyCollection<string> expected, IReadOnlyCollection<string> actual, string where)
    {
        var twice = actual.GroupBy(id => id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key).ToArray();
        var problems = new[]
        {
            Listed("missing", expected.Except(actual, StringComparer.Ordinal)),
            Listed("given more than once", twice),
            Listed("not in the fixture's Ids", actual.Except(expected, StringComparer.Ordinal)),
        };
        Assert.True(
            problems.All(problem => problem.Length == 0),
            $"{where}: {string.Join("; ", problems.Where(problem => problem.Length > 0))}. Every document comes exactly once, with its own "
                + "id."
        );
        Assert.True(
            expected.Count == actual.Count,
            $"{where}: {actual.Count} documents were read, and the fixture's Ids has {expected.Count}: it names an id twice."
        );
    }

    /// <summary>The same documents came in the same order.</summary>
    public static void Same(IReadOnlyList<ReadDocument> expected, IReadOnlyList<ReadDocument> actual, string where)
    {
        for (var index = 0; index < Math.Max(expected.Count, actual.Count); index++)
        {
            var (before, after) = (expected.ElementAtOrDefault(index), actual.ElementAtOrDefault(index));
            Assert.True(
                before == after,
                $"{where}: document {index + 1} was {Shown(before)}, and is {Shown(after)}. Reading again gives the same documents in the "
                    + "same order: sort them by what does not change, by id for example."
            );
        }
    }

    /// <summary>A document compares as it did.</summary>
    public static void Unchanged(string id, string? before, string? after)
    {
        if (before != after)
        {
            Assert.Fail(
                before is null ? $"Document '{id}' did not come when all was read before."
                : after is null ? $"Document '{id}' does not come when it is read again."
                : $"Document '{id}' did not change, but would be written again: it was {before}, and is {after}. Leave out what differs "
                    + "from reading to reading, or write it after SourcePageBuilder.MarkVolatile."
            );
        }
    }

    /// <summary>What a source threw is a sentence for the operator.</summary>
    public static void IsForeseen(Exception failure, string where) =>
        Assert.True(
            failure is ConnectorException,
            $"{where} ended with {failure.GetType().Name} ({failure.Message}): catch it, and throw a ConnectorException that says what "
                + "failed, where, and what to do."
        );

    /// <summary>None of the texts is in this one.</summary>
    public static void HoldsNoSecret(IReadOnlyCollection<string> secrets, string? text, string what)
    {
        foreach (var secret in secrets)
        {
            Assert.False(
                text?.Contains(secret, StringComparison.Ordinal) ?? false,
                $"{what} holds '{secret}', which is among the fixture's Secrets: leave it out there."
            );
        }
    }

    /// <summary>The body of a document is one JSON object, without a name that is reserved or given twice.</summary>
    public static void HasABody(ReadDocument document)
    {
        Assert.True(document.Id.Length > 0, $"A document has an empty id; its body is {document.Body}. Give it one that stays the same.");
        JsonElement body = default;
        var failure = Record.Exception(() => body = document.Json());
        Assert.True(failure is null, $"Document '{document.Id}': its body is no JSON: {failure?.Message}");
        Assert.True(
            body.ValueKind == JsonValueKind.Object,
            $"Document '{document.Id}': its body is a JSON {body.ValueKind}; Elasticsearch takes an object only."
        );
        var names = body.EnumerateObject().Select(property => property.Name).ToArray();
        NoneTwice(names, $"Document '{document.Id}': its body");
        var reserved = names.FirstOrDefault(name => ReservedFields.Contains(Encoding.UTF8.GetBytes(name)));
        Assert.True(
            reserved is null,
            $"Document '{document.Id}': Elasticsearch and the service keep the name '{reserved}' for themselves. Rename it: {reserved}_."
        );
    }

    /// <summary>Names of which there may be one only.</summary>
    public static void NoneTwice(IEnumerable<string> names, string where)
    {
        var twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        Assert.True(twice is null, $"{where} has '{twice?.Key}' more than once: give each a name of its own.");
    }

    private static string Listed(string what, IEnumerable<string> ids)
    {
        var all = ids.Distinct(StringComparer.Ordinal).ToArray();
        var more = all.Length > MostNamed ? $" and {all.Length - MostNamed} more" : string.Empty;
        return all.Length == 0 ? string.Empty : $"{what}: {string.Join(", ", all.Take(MostNamed).Select(id => $"'{id}'"))}{more}";
    }

    private static string Shown(ReadDocument? document) =>
        document is null ? "not there" : $"'{document.Id}' ({document.Timestamp?.ToString("O") ?? "no time stamp"}, {document.Body})";
}
