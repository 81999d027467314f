using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.GitLab;

/// <summary>Tells what a project does not have from what is hidden from the token. Only asked when something is not there.</summary>
/// <param name="client">The server's client.</param>
internal sealed class GitLabFeatures(RestClient client)
{
    /// <summary>Whether a part of a project is switched off.</summary>
    /// <param name="project">Its id.</param>
    /// <param name="part">GitLab's word for the part: <c>issues</c>, <c>wiki</c>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ConnectorException">The project can't be read.</exception>
    public async Task<bool> IsOffAsync(string project, string part, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync($"api/v4/projects/{project}", cancellationToken);
        return answer.Json.Text($"{part}_access_level") == "disabled";
    }

    /// <summary>Whether a project has no files: an empty repository, or none.</summary>
    /// <exception cref="ConnectorException">The project can't be read.</exception>
    public async Task<bool> HasNoFilesAsync(string project, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync($"api/v4/projects/{project}", cancellationToken);
        return answer.Json.Find("empty_repo") is { ValueKind: JsonValueKind.True }
            || answer.Json.Text("repository_access_level") == "disabled";
    }
}
