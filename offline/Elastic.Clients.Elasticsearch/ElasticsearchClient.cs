using Elastic.Transport;

namespace Elastic.Clients.Elasticsearch;

public class ElasticsearchClient
{
    public ElasticsearchClient(IElasticsearchClientSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Transport = new HttpTransport<IElasticsearchClientSettings>(settings);
    }

    public ITransport<IElasticsearchClientSettings> Transport { get; }
}

public interface IElasticsearchClientSettings : ITransportConfiguration;

public abstract class ElasticsearchClientSettingsBase<TElasticsearchClientSettings>
    : TransportConfigurationDescriptorBase<TElasticsearchClientSettings>, IElasticsearchClientSettings
    where TElasticsearchClientSettings : ElasticsearchClientSettingsBase<TElasticsearchClientSettings>, IElasticsearchClientSettings
{
    private protected ElasticsearchClientSettingsBase(NodePool nodePool)
        : base(nodePool)
    {
    }
}

public class ElasticsearchClientSettings : ElasticsearchClientSettingsBase<ElasticsearchClientSettings>
{
    public ElasticsearchClientSettings(NodePool nodePool)
        : base(nodePool)
    {
    }
}
