using System.Text.Json.Nodes;
using Connectors.Sync.Sources;

namespace Connectors.Tests.Support.SourceContract;

/// <summary>A source with a backend that holds some 10 to 40 documents. Made anew for every test of the suite.</summary>
public abstract class SourceFixture : IAsyncDisposable
{
    /// <summary>Ids of all documents in the backend.</summary>
    public abstract IReadOnlyCollection<string> Ids { get; }

    /// <summary>Values of the connector's fields, by name.</summary>
    public abstract JsonObject Values { get; }

    /// <summary>Texts that must not be printed anywhere. At least the values of the sensitive fields that are set.</summary>
    public virtual IReadOnlyCollection<string> Secrets => [];

    /// <summary>Counts and breaks the calls to the backend.</summary>
    public BackendCalls Calls { get; } = new();

    /// <summary>A new instance.</summary>
    public abstract IDataSource Create(SourceContext context);

    /// <summary>Changes something in the backend that <see cref="IDataSource.HasChangedAsync"/> must not miss.</summary>
    public abstract Task ChangeAsync(CancellationToken cancellationToken);

    /// <summary>Takes the backend down.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
