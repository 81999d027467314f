using System.Text.Json.Nodes;
using Connectors.Emulator;

namespace Connectors.Tests.Support.Processes;

/// <summary>Sync jobs as the emulator holds them, without asking it over HTTP.</summary>
internal static class SyncJobs
{
    /// <summary>A job's state in the protocol's words; <see langword="null"/> when there is no such job.</summary>
    public static string? StatusOf(EmulatorServer server, string job) =>
        server
            .IndexNames.Where(index => index.StartsWith(".elastic-connectors-sync-jobs", StringComparison.Ordinal))
            .Select(index => server.Get(index, job))
            .OfType<string>()
            .Select(source => JsonNode.Parse(source)!["status"]!.GetValue<string>())
            .FirstOrDefault();
}
