using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitLab.Queries;

/// <summary>
/// A list of a project or group. GitLab answers null for what the token may not see and for what is switched off: the first is a gap, the
/// second is nothing.
/// </summary>
/// <param name="name">What it lists.</param>
/// <param name="place">Whose it is, for messages.</param>
/// <param name="client">The server's client.</param>
/// <param name="first">The request for the first page.</param>
/// <param name="path">The names that lead to the list: <c>project</c>, <c>releases</c>.</param>
/// <param name="isOff">Whether it is switched off, when it is null.</param>
/// <param name="write">Writes the items of a page.</param>
internal sealed class ConnectionStream(
    string name,
    string place,
    RestClient client,
    RestRequest first,
    (string Owner, string List) path,
    Func<CancellationToken, Task<bool>> isOff,
    Func<JsonElement, StreamPage, CancellationToken, Task> write
) : RestStream(name)
{
    private readonly RestPaging _paging = RestPaging.Connection($"{path.Owner}/{path.List}");

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(_paging.Request(first, cursor), cancellationToken);
        var data =
            answer.Json.Find("data") is { ValueKind: JsonValueKind.Object } some && some.TryGetProperty(path.Owner, out _)
                ? some
                : throw new ConnectorException(
                    $"{RestErrors.Name(answer.Address)}: there is no {path.Owner} in the answer. Check that this is GitLab's address."
                );
        if (data.Find(path.Owner) is null || data.Find(path.Owner, path.List) is null)
        {
            if (data.Find(path.Owner) is null || !await isOff(cancellationToken))
            {
                page.AddGap(
                    $"{place}, {Name}",
                    $"GitLab does not show the {Name} to this token. {GitLabErrors.PermissionHint}"
                );
            }

            return null;
        }

        var items = _paging.Items(answer);
        await write(items, page, cancellationToken);
        return _paging.Next(answer, cursor, items);
    }
}
