using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Connectors;
using Microsoft.Extensions.DependencyInjection;

namespace Connectors.LocalHost.DevHost;

/// <summary>
/// Checks the app: mirrors a folder through its API, changes the folder, mirrors it again, and compares the numbers with the changes.
/// </summary>
internal sealed class SmokeTest(DevHostRun app, SampleFolder folder, TextWriter output) : IDisposable
{
    private const string Index = "search-notes";
    private readonly HttpClient _api = new() { BaseAddress = new Uri(app.Host.Uri, "api/") };

    /// <summary>Makes the folder and its connector, unless they are there.</summary>
    /// <returns>The connector's id.</returns>
    public async Task<string> ConnectAsync(CancellationToken cancellationToken)
    {
        folder.Create();
        var services = await app.Host.Services.GetRequiredService<ConnectorApp>().ReadyAsync(cancellationToken);
        if (
            await services
                .Connectors.ListAsync(cancellationToken)
                .FirstOrDefaultAsync(item => item.IndexName == Index, cancellationToken) is
            { } known
        )
        {
            await output.WriteLineAsync($"- Connector {known.Id} mirrors {folder.Path} into {Index}, as before");
            return known.Id;
        }

        var connector = await services.Connectors.CreateAsync(
            new NewConnector
            {
                Name = "notes",
                ServiceType = "dir",
                IndexName = Index,
                Status = ConnectorStatus.Configured,
                Configuration = ConnectorConfiguration.Render(
                    services.Sources.Describe("dir").Fields,
                    new Dictionary<string, JsonNode?> { ["directory"] = folder.Path }
                ),
            },
            cancellationToken
        );
        await output.WriteLineAsync($"- Connector {connector.Id} mirrors {folder.Path} into {Index}");
        return connector.Id;
    }

    /// <summary>Syncs twice, with changes in between.</summary>
    /// <returns>Whether all numbers are right.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var connectorId = await ConnectAsync(cancellationToken);
        var first = await SyncAsync(connectorId, cancellationToken);
        folder.Change();
        await output.WriteLineAsync(
            $"- {SampleFolder.Changed} notes are changed, {SampleFolder.Added} added, {SampleFolder.Removed} removed"
        );
        var second = await SyncAsync(connectorId, cancellationToken);
        await output.WriteLineAsync($"functions: indexed {second.Created}, updated {second.Updated}, deleted {second.Deleted}");
        return first == (SampleFolder.Count, 0, 0) && second == (SampleFolder.Added, SampleFolder.Changed, SampleFolder.Removed);
    }

    public void Dispose() => _api.Dispose();

    private async Task<(long Created, long Updated, long Deleted)> SyncAsync(string connectorId, CancellationToken cancellationToken)
    {
        using var answer = await _api.PostAsync($"connectors/{connectorId}/syncs", content: null, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            var problem = await answer.Content.ReadAsStringAsync(cancellationToken);
            throw new InvalidDataException($"The app did not start a sync ({(int)answer.StatusCode}): {problem}");
        }

        var jobId = (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!["id"]!.GetValue<string>();
        await app.Host.Client.WaitForInstanceCompletionAsync(
            SyncJobInput.InstanceIdOf(jobId),
            getInputsAndOutputs: false,
            cancellationToken
        );
        var sync = (await _api.GetFromJsonAsync<JsonObject>($"syncs/{jobId}", cancellationToken))!;
        var counts = sync["counts"];

        // A sync that ended before it began has none.
        var (created, updated, deleted) = (Count(counts?["created"]), Count(counts?["updated"]), Count(sync["deletedDocuments"]));
        await output.WriteLineAsync(
            $"- Sync {jobId}: {sync["status"]}, {created} created, {updated} updated, {deleted} deleted, {Count(counts?["skipped"])} "
                + $"unchanged {sync["error"]}"
        );
        return (created, updated, deleted);

        static long Count(JsonNode? number) => number?.GetValue<long>() ?? 0;
    }
}
