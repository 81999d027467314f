using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sync.Sources;

/// <summary>The identities of a source as documents, so that an access control sync is a full sync like any other: compared, resumed, its
/// deletes held and guarded.</summary>
internal sealed class IdentitySource : EnumerableDataSource, IReportsWaiting
{
    /// <summary>Which documents an identity sees, as a template that takes its values as <c>access_control</c>.</summary>
    /// <remarks>Who made the content index decides which of the two sub-fields it has (ours has both); a field that is not there matches
    /// nothing.</remarks>
    public const string Query =
        """{"bool":{"should":[{"bool":{"must_not":{"exists":{"field":"_allow_access_control"}}}},"""
        + """{"terms":{"_allow_access_control.enum":{{#toJson}}access_control{{/toJson}}}},"""
        + """{"terms":{"_allow_access_control.keyword":{{#toJson}}access_control{{/toJson}}}}]}}""";

    private readonly IDataSource _source;
    private readonly IAccessControlSource _identities;

    /// <summary>The identities of <paramref name="source"/>, which is disposed with this.</summary>
    /// <exception cref="ConnectorException">It knows none.</exception>
    public IdentitySource(IDataSource source)
        : base(SourceContext.Empty)
    {
        _source = source;
        _identities =
            source as IAccessControlSource
            ?? throw new ConnectorException(
                $"{source.Description.Name} has no identities: its class does not implement IAccessControlSource. This is a bug in the "
                    + "source."
            );
    }

    /// <summary>Whose identities they are.</summary>
    public IDataSource Origin => _source;

    public override SourceDescription Description => _source.Description with { HasChangeFeed = false };

    public DateTimeOffset? WaitsUntil => (_source as IReportsWaiting)?.WaitsUntil;

    public override Task PingAsync(CancellationToken cancellationToken) => _source.PingAsync(cancellationToken);

    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var identity in Identities(cancellationToken).WithCancellation(cancellationToken))
        {
            if (string.IsNullOrEmpty(identity?.Id) || identity.AccessControl is null || identity.Identity is null)
            {
                throw new ConnectorException(
                    $"{FaultySource.NameOf(_source)} gave an identity "
                        + (
                            identity is null ? "that is null."
                            : string.IsNullOrEmpty(identity.Id) ? "without an id."
                            : $"without values, '{identity.Id}'."
                        )
                        + " This is a bug in the source."
                );
            }

            // By what the documents say when they are compared: a time stamp would hide a change of groups.
            yield return new SimpleDocument(identity.Id, BodyOf(identity));
        }
    }

    private IAsyncEnumerable<AccessIdentity> Identities(CancellationToken cancellationToken) =>
        _identities.ReadIdentitiesAsync(cancellationToken)
        ?? throw new InvalidOperationException("ReadIdentitiesAsync gave null in place of its identities");

    protected override async ValueTask DisposeAsyncCore()
    {
        await _source.DisposeAsync();
        await base.DisposeAsyncCore();
    }

    private static JsonObject BodyOf(AccessIdentity identity)
    {
        var body = new JsonObject
        {
            ["identity"] = new JsonObject(
                identity
                    .Identity.OrderBy(field => field.Key, StringComparer.Ordinal)
                    .Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value))
            ),
            ["query"] = new JsonObject
            {
                ["template"] = new JsonObject
                {
                    ["params"] = new JsonObject
                    {
                        ["access_control"] = new JsonArray([
                            .. AccessControl
                                .Usable([.. identity.AccessControl, AccessControl.Everyone])
                                .Select(value => JsonValue.Create(value)),
                        ]),
                    },
                    ["source"] = Query,
                },
            },
        };
        if (identity.CreatedAt is { } createdAt)
        {
            body["created_at"] = createdAt.UtcDateTime;
        }

        return body;
    }
}
