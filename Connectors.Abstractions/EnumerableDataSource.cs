using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Connectors.Abstractions;

/// <summary>
/// A source for which a plain enumeration of documents is enough: derive, describe, ping, and <c>yield return</c> the documents.
/// </summary>
/// <remarks>
/// Pages are cut from the enumeration. A resumed sync enumerates again and passes over what it has had, provided that the very
/// same ids come in the same order; otherwise it begins anew (<see cref="SourcePage.Restarts"/>), so that a changed order can't hide a
/// document. The order should therefore be stable, by id for example. After an exception out of the enumeration with
/// <see cref="FailureKind.Retry"/> it is enumerated again from the start too, so what may pass soon is better tried again within it; any
/// other one fails the sync, and nothing is deleted.
/// </remarks>
public abstract class EnumerableDataSource : IDataSource, IReportsProgress
{
    /// <summary>Bodies may be nested deeper than the serializer's 64 levels; what is too deep for Elasticsearch is mended later.</summary>
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 1000 };

    private const int LongestReason = 300;

    private long _progress;
    private readonly ConcurrentDictionary<string, DocumentEnumeration> _readings = new(StringComparer.Ordinal);

    /// <summary>Keeps the context; does nothing else.</summary>
    protected EnumerableDataSource(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Context = context;
    }

    /// <inheritdoc/>
    public abstract SourceDescription Description { get; }

    /// <summary>Settings, logger factory and clock.</summary>
    protected SourceContext Context { get; }

    /// <inheritdoc/>
    /// <remarks>Documents that the enumerations have given, those that a resumed sync passes over among them.</remarks>
    public long Progress => Interlocked.Read(ref _progress);

    /// <inheritdoc/>
    public abstract Task PingAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ChangeCheckResult> HasChangedAsync(string? lastToken, CancellationToken cancellationToken) =>
        Task.FromResult(ChangeCheckResult.Unknown);

    /// <inheritdoc/>
    public virtual Task<IReadOnlyList<SourcePartition>> PartitionAsync(int wanted, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SourcePartition>>([SourcePartition.All]);

    /// <inheritdoc/>
    public async Task<SourcePage> ReadPageAsync(
        SourcePartition partition,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(partition);
        var (reading, restarts) = await ContinueAsync(partition, after, cancellationToken);
        using var page = new SourcePageBuilder(limits);
        await using var stop = reading.StopWith(cancellationToken);
        try
        {
            while (!page.IsFull)
            {
                if (!await reading.MoveNextAsync())
                {
                    await EndEnumerationAsync(partition);
                    return page.Build(PageToken.Start, isLast: true, restarts);
                }

                if (string.IsNullOrEmpty(reading.Current?.Id))
                {
                    throw WithoutId(partition, reading);
                }

                Add(page, reading.Current);
            }

            return page.Build(reading.Token, isLast: false, restarts);
        }
        catch
        {
            await EndEnumerationAsync(partition);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var partition in _readings.Keys)
        {
            await EndEnumerationAsync(new SourcePartition(partition, string.Empty));
        }

        await DisposeAsyncCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>All documents of the source, or of <paramref name="partition"/> where <see cref="PartitionAsync"/> is overridden, in a
    /// stable order.</summary>
    /// <remarks>The token stays valid from the first document to the last; the enumeration is disposed early when the sync stops.</remarks>
    protected abstract IAsyncEnumerable<SimpleDocument> ReadAsync(SourcePartition partition, CancellationToken cancellationToken);

    /// <summary>Releases what the source holds.</summary>
    protected virtual ValueTask DisposeAsyncCore() => ValueTask.CompletedTask;

    private static void Add(SourcePageBuilder page, SimpleDocument document)
    {
        var body = BodyOf(document);
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw new ConnectorException($"Document '{document.Id}': its body is a JSON {body.ValueKind}, not an object.");
        }

        var json = page.Begin(document.Id, document.Timestamp, document.Content);
        json.WriteStartObject();
        if (document.AccessControl is { } access)
        {
            AccessControl.Write(json, access);
        }

        foreach (var property in body.EnumerateObject())
        {
            if (document.AccessControl is not null && property.NameEquals(AccessControl.FieldName))
            {
                continue;
            }

            json.WritePropertyName(ReservedFields.Contains(Encoding.UTF8.GetBytes(property.Name)) ? property.Name + "_" : property.Name);
            property.Value.WriteTo(json);
        }

        json.WriteEndObject();
        page.End();
    }

    private static JsonElement BodyOf(SimpleDocument document)
    {
        try
        {
            // What comes out of a deserializer may be null, whatever its type says.
            return JsonSerializer.SerializeToElement(document.Body, document.Body?.GetType() ?? typeof(object), Deep);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Of an object that refers to itself the serializer tells the whole way, a thousand steps long, and so does the stack.
            var why = failure.Message.Length <= LongestReason ? failure.Message : $"{failure.Message[..LongestReason]}...";
            throw new JsonException(
                $"Document '{document.Id}': its body can't be written as JSON: {why}",
                failure is JsonException ? null : failure
            );
        }
    }

    private static ConnectorException WithoutId(SourcePartition partition, DocumentEnumeration reading)
    {
        var where = partition == SourcePartition.All ? string.Empty : $" of the partition '{partition.Name}'";
        var document = reading.Count.ToString(CultureInfo.InvariantCulture);
        return new ConnectorException(
            reading.Current is null
                ? $"Document {document}{where} is null. The source must give a document, or none."
                : $"Document {document}{where} has an empty id. Each needs one that stays the same from sync to sync: the key that it has "
                    + "in the backend, say. The source must give it, or leave the document out."
        );
    }

    private async Task<(DocumentEnumeration Reading, bool Restarts)> ContinueAsync(
        SourcePartition partition,
        PageToken after,
        CancellationToken cancellationToken
    )
    {
        if (_readings.TryGetValue(partition.Name, out var open) && open.Token == after && !open.IsStopped)
        {
            return (open, false);
        }

        // Behind the token when others read the pages between: what it has given needs not be enumerated again.
        if (open is { IsStopped: false } && !after.IsStart && open.IsBefore(after) && await open.SkipToAsync(after, cancellationToken))
        {
            return (open, false);
        }

        await EndEnumerationAsync(partition);
        var reading = Open(partition);
        if (after.IsStart || await reading.SkipToAsync(after, cancellationToken))
        {
            return (reading, false);
        }

        await EndEnumerationAsync(partition);
        return (Open(partition), true);

        DocumentEnumeration Open(SourcePartition wanted) =>
            _readings[wanted.Name] = new DocumentEnumeration(token => ReadAsync(wanted, token), () => Interlocked.Increment(ref _progress));
    }

    private async Task EndEnumerationAsync(SourcePartition partition)
    {
        if (_readings.TryRemove(partition.Name, out var reading))
        {
            await reading.DisposeAsync();
        }
    }
}
