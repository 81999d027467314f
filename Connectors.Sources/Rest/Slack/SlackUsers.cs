using System.Text.Json;
using System.Text.RegularExpressions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Slack;

/// <summary>The names of a workspace's users by id, asked for once. Safe for concurrent use.</summary>
internal sealed partial class SlackUsers(RestClient client) : IDisposable
{
    /// <summary>The request for all users, in pages of 200.</summary>
    public static RestRequest Request { get; } = RestRequest.Get("/api/users.list?limit=200");

    /// <summary>How users are paged.</summary>
    public static RestPaging Paging { get; } = SlackDataSource.Paging("/members");

    private readonly Remembered<IReadOnlyDictionary<string, string>> _names = new();

    /// <summary>The names by id.</summary>
    public Task<IReadOnlyDictionary<string, string>> NamesAsync(CancellationToken cancellationToken) =>
        _names.GetAsync(string.Empty, () => FindAsync(cancellationToken), cancellationToken);

    /// <summary>The text of a message with names in the place of ids: <c>&lt;@U012AB3CD&gt;</c> becomes <c>&lt;@Ann&gt;</c>.</summary>
    public static string WithNames(string text, IReadOnlyDictionary<string, string> names) =>
        Mentions().Replace(text, mention => names.TryGetValue(mention.Groups["id"].Value, out var name) ? $"<@{name}>" : mention.Value);

    /// <inheritdoc/>
    public void Dispose() => _names.Dispose();

    private static string NameOf(JsonElement user, string id) =>
        user.Text("profile", "display_name_normalized")
        ?? user.Text("profile", "real_name_normalized")
        ?? user.Text("real_name")
        ?? user.Text("name")
        ?? id;

    private async Task<IReadOnlyDictionary<string, string>> FindAsync(CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var user in client.ListAsync(Request, Paging, cancellationToken))
        {
            var id = user.RequiredText("A user of Slack", "id");
            names[id] = NameOf(user, id);
        }

        return names;
    }

    [GeneratedRegex(@"<@(?<id>[A-Z0-9]+)(\|[^>]*)?>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mentions();
}
