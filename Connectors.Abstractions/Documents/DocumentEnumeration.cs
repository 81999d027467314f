using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Connectors.Abstractions;

/// <summary>An enumeration under way, with a running hash of the ids that it has given.</summary>
internal sealed class DocumentEnumeration : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IAsyncEnumerator<SimpleDocument> _documents;
    private readonly ListingLoop _loop = new();
    private readonly Action _moved;
    private volatile bool _isMoving;
    private long _count;
    private ulong _hash;

    public DocumentEnumeration(Func<CancellationToken, IAsyncEnumerable<SimpleDocument>> read, Action moved)
    {
        _moved = moved;
        var documents = read(_stop.Token) ?? throw new InvalidOperationException("ReadAsync gave null in place of its documents");
        _documents = documents.GetAsyncEnumerator(_stop.Token);
    }

    /// <summary>Null when the source gave that.</summary>
    public SimpleDocument? Current => _documents.Current;

    /// <summary>The number of the current document, from 1.</summary>
    public long Count => _count;

    /// <summary>A call was cancelled too late to notice it, so the enumeration can't go on.</summary>
    public bool IsStopped => _stop.IsCancellationRequested;

    public PageToken Token =>
        _count == 0 ? PageToken.Start : new PageToken(string.Create(CultureInfo.InvariantCulture, $"{_count}:{_hash:x16}"));

    /// <summary>The enumeration outlives a call, so the token it runs under is its own, cancelled by that of the call under
    /// way.</summary>
    public CancellationTokenRegistration StopWith(CancellationToken cancellationToken) => cancellationToken.Register(_stop.Cancel);

    public async ValueTask<bool> MoveNextAsync()
    {
        _stop.Token.ThrowIfCancellationRequested();
        _isMoving = true;
        try
        {
            if (!await _documents.MoveNextAsync())
            {
                return false;
            }
        }
        finally
        {
            _isMoving = false;
        }

        _count++;
        _moved();
        _hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes((Current?.Id).AsSpan()), unchecked((long)_hash));
        if (_loop.Add(Current?.Id))
        {
            throw new ConnectorException(
                $"The source lists the same {Quantity.Of(_loop.Length, "document")} in the same order again and again, "
                    + $"{Quantity.Of(_count, "document")} so far, so the reading would never end. Nothing is deleted. This is a bug in the "
                    + "source: its ReadAsync has to end when the backend has no more. One that does not know the parameter for the page "
                    + "gives the first page for ever."
            );
        }

        return true;
    }

    /// <summary>Whether the token lies further on in the enumeration.</summary>
    public bool IsBefore(PageToken token) => _count < CountOf(token);

    public async Task<bool> SkipToAsync(PageToken token, CancellationToken cancellationToken)
    {
        await using var stop = StopWith(cancellationToken);
        if (CountOf(token) is not { } count)
        {
            return false;
        }

        while (_count < count)
        {
            if (!await MoveNextAsync())
            {
                return false;
            }
        }

        return Token == token;
    }

    private static long? CountOf(PageToken token)
    {
        var separator = token.Value.IndexOf(':', StringComparison.Ordinal);
        return separator >= 0 && long.TryParse(token.Value.AsSpan(0, separator), CultureInfo.InvariantCulture, out var count)
            ? count
            : null;
    }

    /// <remarks>An enumeration that hangs in mid-step can't be disposed: it is left to itself.</remarks>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_isMoving)
        {
            return;
        }

        await _documents.DisposeAsync();
        _stop.Dispose();
    }
}
