using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>What a search finds. Dropbox gives up to 10,000 matches and does not say whether there are more, so at 10,000
/// a gap is reported.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="first">The request for the first page.</param>
/// <param name="write">Writes files and folders.</param>
internal sealed class DropboxSearch(
    RestClient client,
    RestRequest first,
    Func<IEnumerable<JsonElement>, StreamPage, CancellationToken, Task> write
) : RestStream("files that a rule finds")
{
    private const int MostMatches = 10_000;

    /// <inheritdoc/>
    public override bool IsOneListing => false;

    /// <inheritdoc/>
    /// <remarks>The cursor is the number of matches so far, and Dropbox's.</remarks>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var parts = cursor.Split(' ', 2);
        var (count, place) = parts.Length == 2 ? (int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]) : (0, string.Empty);
        using var answer = await client.SendAsync(DropboxApi.Matches.Request(first, place), cancellationToken);
        var matches = DropboxApi.Matches.Items(answer);
        count += matches.GetArrayLength();
        await write(
            matches.EnumerateArray().Select(match => match.Find("metadata", "metadata")).OfType<JsonElement>(),
            page,
            cancellationToken
        );
        var next = DropboxApi.Matches.Next(answer, place, matches);
        if (next is null && count >= MostMatches)
        {
            page.AddGap(
                RuleText.Of((first.Json as JsonObject)?["query"]) ?? Name,
                "The search gave 10,000 matches, which is all that Dropbox gives. Narrow the rule."
            );
        }

        return next is null ? null : string.Create(CultureInfo.InvariantCulture, $"{count} {next}");
    }
}
