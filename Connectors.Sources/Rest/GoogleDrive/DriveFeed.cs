using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.GoogleDrive;

/// <summary>
/// Changes by Drive's change logs: each user and each shared drive has one. The cursor of a sync holds a token for each of them. A log that
/// was not read to its end, as its place was closed or its token did not go into that of the page, keeps the token that it had, and what
/// it told is told again. One reader at a time.
/// </summary>
/// <param name="find">The places.</param>
/// <param name="filesOf">The files of a place.</param>
/// <param name="walk">Makes the walk through streams of places.</param>
/// <param name="isOnlyReader">Whether one account reads all places.</param>
internal sealed class DriveFeed(
    Func<CancellationToken, Task<IReadOnlyList<RestPlace>>> find,
    Func<RestPlace, DriveFiles> filesOf,
    Func<Func<RestPlace, IReadOnlyList<RestStream>>, StreamWalk> walk,
    bool isOnlyReader
) : IDisposable
{
    /// <summary>The cursor is stored with the connector and with its jobs: some 50 characters a place.</summary>
    private const int MostPlaces = 10_000;

    private (string Cursor, StreamWalk Walk)? _walk;
    private (PageToken Token, DriveTokens Ends)? _kept;
    private DriveTokens _ends = new();

    /// <summary>The ends of all change logs.</summary>
    public async Task<ChangeStart> StartAsync(CancellationToken cancellationToken)
    {
        var places = await find(cancellationToken);
        if (places.Count > MostPlaces)
        {
            return new ChangeStart(null, $"There are more than {MostPlaces} users and shared drives, each with a change log of its own.");
        }

        var ends = await Task.WhenAll(places.Select(place => EndOfAsync(place, cancellationToken)));
        var tokens = new DriveTokens();
        foreach (var (place, token) in places.Zip(ends).Where(pair => pair.Second is not null))
        {
            tokens.Set(place.Key, token!);
        }

        return tokens.Count == 0
            ? new ChangeStart(null, "None of the change logs of Google Drive can be read.")
            : new ChangeStart(tokens.ToString());
    }

    /// <summary>Reads a page of changes, as <see cref="IChangeFeed.ReadChangesAsync"/>.</summary>
    public async Task<ChangePage> ReadAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        if (DriveTokens.Parse(cursor) is not { } stored)
        {
            return ChangePage.Expired("The stored place of the last sync is none in the change logs of Google Drive.");
        }

        var places = await find(cancellationToken);
        if (_walk?.Cursor != cursor)
        {
            _walk?.Walk.Dispose();
            _walk = (cursor, walk(place => [ChangesOf(place, stored)]));
        }

        // What a reading that failed has noted does not count: what it read was not written.
        var (noted, position) = Split(after);
        _ends = _kept is { } kept && kept.Token == after ? kept.Ends.Copy() : noted;
        var deleted = new List<string>();
        try
        {
            var page = await _walk.Value.Walk.ReadAsync("changes", places, position, limits, deleted, Keep, cancellationToken);
            return new ChangePage(page, deleted, page.IsLast ? After(stored, places) : null);
        }
        catch (ConnectorException lost) when (lost.IsGone)
        {
            return ChangePage.Expired(lost.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _walk?.Walk.Dispose();

    private static (DriveTokens Ends, PageToken Position) Split(PageToken token)
    {
        var parts = token.ToString().Split('|', 2);
        return parts.Length == 2 ? (DriveTokens.Parse(parts[0]) ?? new(), new PageToken(parts[1])) : (new(), PageToken.Start);
    }

    private DriveChanges ChangesOf(RestPlace place, DriveTokens stored) =>
        new(place, filesOf(place), stored.Find(place.Key), isOnlyReader, end => _ends.Set(place.Key, end));

    private PageToken Keep(PageToken position)
    {
        var token = new PageToken($"{_ends.Within(PageToken.MaxLength - position.Value.Length - 1)}|{position.Value}");
        _kept = (token, _ends.Copy());
        return token;
    }

    private string After(DriveTokens stored, IReadOnlyList<RestPlace> places)
    {
        var next = new DriveTokens();
        foreach (var place in places)
        {
            if ((_ends.Find(place.Key) ?? stored.Find(place.Key)) is { } token)
            {
                next.Set(place.Key, token);
            }
        }

        return next.ToString();
    }

    /// <summary>A place that is closed is a gap of the full sync, and new to the incremental one that can read it.</summary>
    private async Task<string?> EndOfAsync(RestPlace place, CancellationToken cancellationToken)
    {
        try
        {
            return await filesOf(place).EndOfChangesAsync(cancellationToken);
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            return null;
        }
    }
}
