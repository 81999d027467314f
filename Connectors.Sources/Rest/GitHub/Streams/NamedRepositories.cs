using System.Text.Json;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GitHub.Streams;

/// <summary>The repositories that are named, as documents.</summary>
internal sealed class NamedRepositories(
    IReadOnlyList<string> names,
    GitHubRepositories repositories,
    Func<JsonElement, StreamPage, CancellationToken, Task> write
) : RestStream("repositories")
{
    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        foreach (var repository in await repositories.ByNameAsync("repositories", names, cancellationToken))
        {
            await write(repository, page, cancellationToken);
        }

        return null;
    }
}
