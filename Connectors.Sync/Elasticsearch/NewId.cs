namespace Connectors.Sync.Elasticsearch;

/// <summary>Ids for documents that get none from elsewhere. Made here and not by Elasticsearch, so that a call that is sent twice, because its answer was lost,
/// makes one document.</summary>
internal static class NewId
{
    /// <summary>22 characters that need no escaping in a path.</summary>
    public static string Next() => Convert.ToBase64String(Guid.NewGuid().ToByteArray())[..22].Replace('+', '-').Replace('/', '_');
}
