using Connectors.Sync;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol;
using Connectors.Sync.Service;

namespace Connectors.Cli.Doctor;

/// <summary>Checks of one connector: its source answers, its pipeline is there.</summary>
internal sealed class ConnectorChecks(SourceCheck sources, ElasticsearchCheckup checkup, ConnectorServiceOptions options)
{
    /// <summary>Looks.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(ConnectorRecord connector, CancellationToken cancellationToken)
    {
        var name = $"connector {connector.Name ?? connector.Id}";
        if (options.ServedAs(connector) is not { } serviceType)
        {
            return [Finding.Skipped(name, $"'{connector.ServiceType ?? "no service type"}' is not served here: it is neither in native_service_types nor under connectors.")];
        }

        var findings = new List<Finding>();
        if (connector.IndexName is null)
        {
            findings.Add(Finding.Bad(name, "It has no index.", "Attach one in Kibana, or make the connector anew with `elastic-ingest connector create --index NAME`."));
        }

        findings.Add(await SourceAsync(name, serviceType, connector, cancellationToken));
        if (connector.Pipeline is { } pipeline && await checkup.PipelineExistsAsync(pipeline.Name, cancellationToken) == false)
        {
            findings.Add(Finding.Bad(name, $"The ingest pipeline '{pipeline.Name}' does not exist: every document would be rejected.", "Make the pipeline, or choose another one in the connector's settings."));
        }

        return findings;
    }

    private async Task<Finding> SourceAsync(string name, string serviceType, ConnectorRecord connector, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = sources.Open(serviceType, connector.Configuration);
            await sources.PingAsync(source, options.PingTimeout, cancellationToken);
            return Finding.Good(name, $"{source.Description.Name} answers.");
        }
        catch (ConnectorException failure)
        {
            return Finding.Bad(name, failure.Message, "Put the connector's configuration right, then run `elastic-ingest doctor` again.");
        }
    }
}
