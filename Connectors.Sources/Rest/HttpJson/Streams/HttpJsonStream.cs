using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson.Streams;

/// <summary>The pages of the endpoint.</summary>
/// <param name="configuration">What they look like.</param>
/// <param name="client">Gets them.</param>
/// <param name="pace">Is told how the reading gets on.</param>
internal sealed class HttpJsonStream(HttpJsonConfiguration configuration, HttpJsonClient client, HttpJsonPace pace) : RestStream("items")
{
    private const int MostRemembered = 256;
    private readonly StoredAddress _stored = new(configuration);

    /// <summary>Addresses that are not stored, by their cursors: a page may be asked for again.</summary>
    private readonly Dictionary<string, Uri> _remembered = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var place = PagePlace.Parse(cursor);
        if (await FindAsync(place, cancellationToken) is not { } address)
        {
            // Other pages lie on the way by now: nothing of them may be passed over.
            return place.Base;
        }

        using var answer = await GetAsync(address, cancellationToken);
        var (count, hash) = HttpJsonItems.Write(configuration, answer, page, place.Hash);
        var next = Next(address, answer, count) is { } found ? CursorOf(found, place, hash) : null;
        pace.CountItems(cursor, count, next);
        return next;
    }

    /// <inheritdoc/>
    public override ConnectorException NeverEnds(string listing) =>
        new(
            $"url: after some pages of {configuration.Url.GetLeftPart(UriPartial.Path)} one came again, so the reading would never end. "
                + "Check paging, next_pointer and page_parameter."
        );

    /// <summary>The cursor of the next page.</summary>
    /// <param name="next">Its address.</param>
    /// <param name="place">Where the page before it is.</param>
    /// <param name="hash">A hash of the ids up to the next page.</param>
    private string CursorOf(Uri next, PagePlace place, ulong hash)
    {
        if (_stored.Write(next) is { } text)
        {
            return text;
        }

        var cursor = new PagePlace(place.Base, place.Hops + 1, hash).ToString();
        if (_remembered.Count >= MostRemembered)
        {
            _remembered.Clear();
        }

        _remembered[cursor] = next;
        return cursor;
    }

    /// <summary>The address of a page; <see langword="null"/> when the way there is another one by now.</summary>
    private async Task<Uri?> FindAsync(PagePlace place, CancellationToken cancellationToken)
    {
        if (_remembered.TryGetValue(place.ToString(), out var known))
        {
            return known;
        }

        var address = place.Base.Length == 0 ? configuration.FirstAddress : _stored.Read(place.Base);
        var hash = 0UL;
        for (var hop = 0; hop < place.Hops; hop++)
        {
            using var answer = await GetAsync(address, cancellationToken);
            (var count, hash) = HttpJsonItems.Check(configuration, answer, hash);
            if (Next(address, answer, count) is not { } next)
            {
                return null;
            }

            address = next;
        }

        return hash == place.Hash ? address : null;
    }

    private async Task<HttpJsonPage> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync(address, cancellationToken);
        pace.CountRequest();
        return answer;
    }

    private Uri? Next(Uri address, HttpJsonPage answer, int count)
    {
        switch (configuration.Paging)
        {
            case "page":
                return count == 0 ? null : configuration.AddressOf(PageAddress.NumberIn(address, configuration.Parameter) + 1);
            case "link":
                return answer.NextLink() is { } link ? client.Stay(link, "its Link header leads") : null;
            case "next":
                var next = configuration.Next!.Find(answer.Document.RootElement) switch
                {
                    null or { ValueKind: JsonValueKind.Null or JsonValueKind.False } => null,
                    { ValueKind: JsonValueKind.String } text => HttpJsonPage.Text(text),
                    { ValueKind: JsonValueKind.Number } cursor => cursor.GetRawText(),
                    { } other => throw new ConnectorException(
                        $"next_pointer: a JSON {other.ValueKind} at {configuration.Next} is neither an address nor a cursor."
                    ),
                };
                return string.IsNullOrEmpty(next) ? null
                    : configuration.Parameter.Length > 0 ? PageAddress.With(configuration.Url, configuration.Parameter, next)
                    : Uri.TryCreate(answer.Address, next, out var found) ? client.Stay(found, "the next page leads")
                    : throw new ConnectorException(
                        $"next_pointer: what stands at {configuration.Next} is no address. Set page_parameter if it is a cursor."
                    );
            default:
                return null;
        }
    }
}
