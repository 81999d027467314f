using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.HttpJson.Streams;

/// <summary>
/// Pages each of which tells the address of the next one. A cursor holds that address as far as it may be stored (<see cref="PagePlace"/>).
/// </summary>
/// <inheritdoc/>
internal sealed class LinkedPages(HttpJsonConfiguration configuration, RestClient client, HttpJsonPace pace)
    : HttpJsonStream(configuration, client, pace)
{
    private const int MostRemembered = 256;
    private readonly Uri _url = configuration.Url;
    private readonly StoredAddress _stored = new(configuration);

    /// <summary>Addresses that are not stored, by their cursors: a call that fails is made again.</summary>
    private readonly OrderedDictionary<string, Uri> _remembered = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override RestRequest First => RequestOf(_url);

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        var place = PagePlace.Parse(cursor);
        if (await FindAsync(place, cancellationToken) is not { } address)
        {
            // Other pages lie on the way by now: nothing of them may be passed over.
            return place.Base;
        }

        using var answer = await GetAsync(RequestOf(address), cancellationToken);
        if (cursor.Length == 0 && Configuration is { Paging: "next", Next: { } pointer } && pointer.Find(answer.Json) is null)
        {
            TellOnlyPage();
        }

        var (count, hash) = HttpJsonItems.Write(Configuration, answer, page, place.Hash);
        return Count(cursor, count, Next(answer) is { } next ? CursorOf(next, place, hash) : null);
    }

    private static RestRequest RequestOf(Uri address) => RestRequest.Get(address.AbsoluteUri);

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
            _remembered.RemoveAt(0);
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

        var address = place.Base.Length == 0 ? _url : _stored.Read(place.Base);
        var hash = 0UL;
        for (var hop = 0; hop < place.Hops; hop++)
        {
            using var answer = await GetAsync(RequestOf(address), cancellationToken);
            (_, hash) = HttpJsonItems.Check(Configuration, answer, hash);
            if (Next(answer) is not { } next)
            {
                return null;
            }

            address = next;
        }

        return hash == place.Hash ? address : null;
    }

    private Uri? Next(RestResponse answer) =>
        Configuration.Paging switch
        {
            "link" => LinkHeader.Next(answer) is { } target
                ? Uri.TryCreate(answer.Address, target, out var address)
                    ? Stay(address, "its Link header leads")
                    : throw new ConnectorException(
                        $"{RestErrors.Name(answer.Address)}: what its Link header calls the next page is no address. Have the server "
                            + "corrected."
                    )
                : null,
            "next" => NextIn(answer),
            _ => null,
        };

    private Uri? NextIn(RestResponse answer)
    {
        var next = Configuration.Next!.Find(answer.Json) switch
        {
            null or { ValueKind: JsonValueKind.Null or JsonValueKind.False } => null,
            { ValueKind: JsonValueKind.String } text => HttpJsonBody.Text(text),
            { ValueKind: JsonValueKind.Number } cursor => cursor.GetRawText(),
            { } other => throw new ConnectorException(
                $"next_pointer: a JSON {other.ValueKind} at {Configuration.Next} is neither an address nor a cursor."
            ),
        };
        return string.IsNullOrEmpty(next) ? null
            : Configuration.Parameter.Length > 0 ? PageAddress.With(_url, Configuration.Parameter, next)
            : Uri.TryCreate(answer.Address, next, out var address) ? Stay(address, "the next page leads")
            : throw new ConnectorException(
                $"next_pointer: what stands at {Configuration.Next} is no address. Set page_parameter if it is a cursor."
            );
    }

    /// <summary>The address, if it is on the configured host: the headers are meant for it alone.</summary>
    private Uri Stay(Uri address, string how) =>
        Uri.Compare(address, _url, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0
        && address.UserInfo.Length == 0
            ? address
            : throw RestErrors.OtherHost(RestErrors.Name(_url), how, address);
}
