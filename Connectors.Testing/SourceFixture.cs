using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Testing;

/// <summary>
/// A source with a backend that holds some 10 to 40 documents, made anew for every test of <see cref="SourceContractTests"/>. The backend
/// is the author's: a stub of an HTTP handler, files in a temporary folder, or a real server.
/// </summary>
public abstract class SourceFixture : IAsyncDisposable
{
    /// <summary>Ids of all documents in the backend.</summary>
    public abstract IReadOnlyCollection<string> Ids { get; }

    /// <summary>Values of the connector's fields, by name.</summary>
    public abstract JsonObject Values { get; }

    /// <summary>Texts that must not be printed anywhere. At least the values of the sensitive fields that are set.</summary>
    public virtual IReadOnlyCollection<string> Secrets => [];

    /// <summary>Counts and breaks the calls to the backend: it asks <see cref="BackendCalls.Enter"/> at each, and fails the call when the
    /// answer is no.</summary>
    public BackendCalls Calls { get; } = new();

    /// <summary>A new instance over the backend. It need not be configured for its description.</summary>
    public abstract IDataSource Create(SourceContext context);

    /// <summary>Changes something in the backend that <see cref="IDataSource.HasChangedAsync"/> must not miss. Override it where the source
    /// answers that itself.</summary>
    public virtual Task ChangeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether the backend answers what the source, if it is an <see cref="IChangeFeed"/>, asks about changes. Override it, with
    /// false, for a recording that lacks the answers: the suite then reads no changes.</summary>
    public virtual bool KnowsChanges => true;

    /// <summary>Takes the backend down.</summary>
    /// <remarks>Call the base's.</remarks>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
