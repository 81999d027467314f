using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Google;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GoogleCloudStorage;

/// <summary>
/// The objects in buckets of Google Cloud Storage, by its JSON API. Fields are the Python service's. See
/// docs/sources/google_cloud_storage.md.
/// </summary>
public sealed class GoogleCloudStorageDataSource : RestDataSource
{
    private const string Scope = "https://www.googleapis.com/auth/devstorage.read_only";

    private static readonly GooglePaging Paging = new("items");

    private readonly Lazy<GoogleCloudStorageConfiguration> _configuration;
    private readonly Lazy<GoogleClients> _clients;
    private readonly Lazy<DocumentFields> _document;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public GoogleCloudStorageDataSource(SourceContext context)
        : base(context)
    {
        _configuration = FromSettings(GoogleCloudStorageConfiguration.From);
        _clients = Owned(() =>
            new GoogleClients(Context, _configuration.Value.Account, "Google Cloud Storage", options =>
                options with
                {
                    Address = new Uri("https://storage.googleapis.com/"),
                    AddressField = GoogleCloudStorageConfiguration.BucketsField,
                    PermissionHint =
                        $"Give {_configuration.Value.Account.Email} the roles Storage Object Viewer and Service Usage Consumer, and "
                        + "Storage Bucket Viewer for all buckets of the project.",
                }
            )
        );
        _document = new(() => DocumentOf(_configuration.Value.Account.Project));
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Google Cloud Storage",
            ServiceType = "google_cloud_storage",
            NameFields = ["name"],
            Fields = GoogleCloudStorageConfiguration.Fields,
        };

    private string Project => Uri.EscapeDataString(_configuration.Value.Account.Project);

    private RestRequest BucketsOfProject => RestRequest.Get($"/storage/v1/b?project={Project}&userProject={Project}");

    /// <inheritdoc/>
    /// <remarks>Asks for the first bucket, or for the first object of each bucket that is named.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        var requests = _configuration.Value.AllBuckets ? [BucketsOfProject] : _configuration.Value.Buckets.Select(ObjectsOf);
        foreach (var request in requests)
        {
            using var answer = await Client.SendAsync(request.WithQuery("maxResults", "1"), cancellationToken);
            Paging.Items(answer);
        }
    }

    private protected override RestClient CreateClient() => _clients.Value.For(subject: null, Scope);

    /// <summary>A place is a bucket.</summary>
    private protected override async Task<IReadOnlyList<RestPlace>> FindPlacesAsync(CancellationToken cancellationToken)
    {
        if (!_configuration.Value.AllBuckets)
        {
            return [.. _configuration.Value.Buckets.Select(bucket => new RestPlace(bucket, bucket))];
        }

        var places = new List<RestPlace>();
        await foreach (var bucket in Client.ListAsync(BucketsOfProject, Paging, cancellationToken))
        {
            var name = bucket.RequiredText("A bucket of Google Cloud Storage", "name");
            places.Add(new RestPlace(name, name));
        }

        return places;
    }

    private protected override IReadOnlyList<RestStream> StreamsOf(RestPlace place) =>
        [new PagedStream("objects", Client, ObjectsOf(place.Key), Paging, (item, page) => Write(place.Key, item, page))];

    private static DocumentFields DocumentOf(string project) =>
        DocumentFields.Of(
            DocumentField.Value("component_count", "componentCount"),
            DocumentField.Value("content_encoding", "contentEncoding"),
            DocumentField.Value("content_language", "contentLanguage"),
            DocumentField.Value("created_at", "timeCreated"),
            DocumentField.Value("last_updated", "updated"),
            DocumentField.Value("metadata"),
            DocumentField.Value("name"),
            DocumentField.Value("size"),
            DocumentField.Value("storage_class", "storageClass"),
            DocumentField.Value("type", "contentType"),
            DocumentField.Made("url", (json, item) => json.WriteStringValue(AddressInConsole(item, project))),
            DocumentField.Value("version", "generation"),
            DocumentField.Value("bucket_name", "bucket")
        );

    private static string AddressInConsole(JsonElement item, string project) =>
        $"https://console.cloud.google.com/storage/browser/_details/{item.Text("bucket")}/{EncodedName(item.Text("name") ?? string.Empty)}"
        + $";tab=live_object?project={project}";

    /// <summary>The Python service leaves the apostrophe as it is.</summary>
    private static string EncodedName(string name) => Uri.EscapeDataString(name).Replace("%27", "'", StringComparison.Ordinal);

    /// <summary>By bucket and name, so that an object that is written again keeps its document. A bucket's name holds no slash.</summary>
    private void Write(string bucket, JsonElement item, StreamPage page)
    {
        var name = item.RequiredText("An object of Google Cloud Storage", "name");
        page.Add($"{bucket}/{name}", item, _document.Value, RestTime.Of(item.Text("updated")), ContentOf(bucket, name, item));
    }

    /// <summary>A name that ends in a slash stands for a folder.</summary>
    private RestContent? ContentOf(string bucket, string name, JsonElement item) =>
        item.Number("size") is > 0 and var size && !name.EndsWith('/')
            ? new RestContent(
                Client,
                RestRequest
                    .Get($"/storage/v1/b/{Uri.EscapeDataString(bucket)}/o/{EncodedName(name)}?alt=media&userProject={Project}")
                    .AsFile(),
                name,
                size
            )
            : null;

    private RestRequest ObjectsOf(string bucket) =>
        RestRequest.Get($"/storage/v1/b/{Uri.EscapeDataString(bucket)}/o?userProject={Project}");
}
