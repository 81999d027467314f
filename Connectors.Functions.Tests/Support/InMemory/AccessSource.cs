using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Tests.Support.InMemory;

/// <summary>A source in memory that knows who may see what, as its author would write it.</summary>
internal sealed class AccessSource() : EnumerableDataSource(SourceContext.Empty), IAccessControlSource
{
    public List<SimpleDocument> Documents { get; init; } = [];

    public List<AccessIdentity> Identities { get; init; } = [];

    /// <summary>Ends the enumeration of identities with a failure after so many.</summary>
    public int? FailsAfter { get; init; }

    public override SourceDescription Description { get; } =
        new()
        {
            Name = "Memory",
            ServiceType = "memory",
            Fields = [AccessControl.Switch],
            HasAccessControl = true,
        };

    /// <summary>A document of one field; <paramref name="access"/> as it stands in its body, or <see langword="null"/> for none.</summary>
    public static SimpleDocument Document(string id, string? access, string text = "v1", DateTimeOffset? timestamp = null)
    {
        var body = new JsonObject { ["text"] = text };
        if (access is not null)
        {
            body[AccessControl.FieldName] = JsonNode.Parse(access);
        }

        return new SimpleDocument(id, body, timestamp);
    }

    public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async IAsyncEnumerable<AccessIdentity> ReadIdentitiesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var identity in Identities)
        {
            await Task.Yield();
            if (count++ == FailsAfter)
            {
                throw new Connectors.Abstractions.ConnectorException("The directory of users is gone.");
            }

            yield return identity;
        }
    }

    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var document in Documents)
        {
            await Task.Yield();
            yield return document;
        }
    }
}
