using System.Diagnostics.CodeAnalysis;

namespace Elastic.Transport;

public abstract class TransportResponse
{
    protected TransportResponse()
    {
    }

    public ApiCallDetails ApiCallDetails { get; internal set; } = null!;

    internal IReadOnlyList<IDisposable> Linked { get; set; } = [];
}

public abstract class StreamResponseBase : TransportResponse, IDisposable
{
    private bool _disposed;

    private protected StreamResponseBase(Stream stream) => Stream = stream;

    private protected Stream Stream { get; }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Stream.Dispose();
            foreach (var linked in Linked)
            {
                linked.Dispose();
            }
        }

        GC.SuppressFinalize(this);
    }
}

public sealed class StreamResponse : StreamResponseBase
{
    public StreamResponse()
        : base(Stream.Null)
    {
    }

    internal StreamResponse(Stream body)
        : base(body)
    {
    }

    public Stream Body => Stream;
}

public sealed class ApiCallDetails
{
    internal ApiCallDetails()
    {
    }

    public int? HttpStatusCode { get; internal init; }

    public bool HasSuccessfulStatusCode { get; internal init; }

    internal bool HasExpectedContentType { get; init; }

    public Exception? OriginalException { get; internal init; }

    internal IReadOnlyDictionary<string, IEnumerable<string>> Headers { get; init; } = new Dictionary<string, IEnumerable<string>>();

    // 502, 503 and 504 send the request to the next node; every other error is an answer.
    internal bool IsAnswer => HasExpectedContentType
        && (HasSuccessfulStatusCode || HttpStatusCode is >= 400 and < 599 and not (502 or 503 or 504));

    public bool TryGetHeader(string key, [NotNullWhen(true)] out IEnumerable<string>? headerValues) =>
        Headers.TryGetValue(key, out headerValues);
}

public class TransportException : Exception
{
    public TransportException(string message)
        : base(message)
    {
    }

    internal TransportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
