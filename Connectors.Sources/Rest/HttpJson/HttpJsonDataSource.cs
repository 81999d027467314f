using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Connectors.Abstractions;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>The items of a JSON endpoint, page by page, as the configuration alone describes it. See docs/sources/http_json.md.</summary>
public sealed class HttpJsonDataSource : EnumerableDataSource
{
    /// <summary>Pages in a row that may hold nothing and still lead to another one.</summary>
    internal const int MaxEmptyPages = 1_000;

    private const int EmptyPagesToTell = 100;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(30);

    private readonly Lazy<(HttpJsonConfiguration Configuration, HttpJsonClient Client)> _opened;

    /// <summary>Keeps the context; connects at the first call.</summary>
    public HttpJsonDataSource(SourceContext context)
        : base(context)
    {
        _opened = new(
            () =>
            {
                var configuration = HttpJsonConfiguration.From(Context.Settings);
                return (configuration, new HttpJsonClient(configuration, Context.TimeProvider));
            },
            LazyThreadSafetyMode.PublicationOnly
        );
    }

    /// <inheritdoc/>
    public override SourceDescription Description { get; } =
        new()
        {
            Name = "HTTP JSON",
            ServiceType = "http_json",

            // The id says what it is.
            NameFields = [],
            Fields = HttpJsonConfiguration.Fields,
        };

    /// <inheritdoc/>
    /// <remarks>Gets the first page and looks for items and their ids.</remarks>
    public override async Task PingAsync(CancellationToken cancellationToken)
    {
        var (configuration, client) = _opened.Value;
        using var page = await client.GetAsync(First(configuration), cancellationToken);
        foreach (var item in Items(configuration, page))
        {
            Id(configuration, page, item);
        }
    }

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<SimpleDocument> ReadAsync(
        SourcePartition partition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (configuration, client) = _opened.Value;
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        var contents = new HashSet<UInt128>();
        var number = configuration.FirstPage;
        var pace = new Pace(this, configuration);
        for (var address = First(configuration); address is not null;)
        {
            if (!addresses.Add(address.AbsoluteUri))
            {
                throw Circle(configuration);
            }

            using var page = await client.GetAsync(address, cancellationToken);
            var (count, hash) = (0, default(UInt128));
            foreach (var item in Items(configuration, page))
            {
                var id = Id(configuration, page, item);
                count++;
                hash = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(id.AsSpan()), unchecked((long)(ulong)(hash ^ (hash >> 64))));
                yield return new SimpleDocument(id, Body(id, item), Timestamp(configuration, item));
            }

            pace.Count(count);

            // A server that does not know the parameter gives the same page for ever.
            if (count > 0 && configuration.Paging != "none" && !contents.Add(hash))
            {
                throw Circle(configuration);
            }

            address = Next(configuration, client, page, count, ref number);
        }
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        if (_opened.IsValueCreated)
        {
            _opened.Value.Client.Dispose();
        }

        return base.DisposeAsyncCore();
    }

    /// <summary>Tells how a reading gets on, and ends one that never finds anything.</summary>
    private sealed class Pace(HttpJsonDataSource source, HttpJsonConfiguration configuration)
    {
        private readonly ILogger _logger = source.Context.LoggerFactory.CreateLogger<HttpJsonDataSource>();
        private readonly TimeProvider _time = source.Context.TimeProvider;
        private readonly string _address = configuration.Url.GetLeftPart(UriPartial.Path);
        private long _told = source.Context.TimeProvider.GetTimestamp();
        private long _requests;
        private long _items;
        private int _empty;

        /// <summary>Counts a page.</summary>
        /// <exception cref="ConnectorException">Too many held nothing.</exception>
        public void Count(int items)
        {
            _requests++;
            _items += items;
            _empty = items == 0 ? _empty + 1 : 0;
            if (_time.GetElapsedTime(_told) >= ProgressInterval)
            {
                _told = _time.GetTimestamp();
                HttpJsonLog.Progress(_logger, _address, _requests, _items);
            }

            if (_empty >= MaxEmptyPages)
            {
                throw new ConnectorException(
                    $"url: {_empty} pages of {_address} in a row held no item, and each led to another one. Check items_pointer, paging "
                        + "and next_pointer."
                );
            }

            if (_empty > 0 && _empty % EmptyPagesToTell == 0)
            {
                HttpJsonLog.EmptyPages(_logger, _address, _empty, MaxEmptyPages);
            }
        }
    }

    private static ConnectorException Circle(HttpJsonConfiguration configuration) =>
        new(
            $"url: after some pages of {configuration.Url.GetLeftPart(UriPartial.Path)} one came again, so the reading would never end. "
                + "Check paging, next_pointer and page_parameter."
        );

    private static Uri First(HttpJsonConfiguration configuration) =>
        configuration.Paging == "page"
            ? PageAddress.With(configuration.Url, configuration.Parameter, configuration.FirstPage.ToString(CultureInfo.InvariantCulture))
            : configuration.Url;

    private static JsonElement.ArrayEnumerator Items(HttpJsonConfiguration configuration, HttpJsonPage page) =>
        configuration.Items.Find(page.Document.RootElement) is { ValueKind: JsonValueKind.Array } items
            ? items.EnumerateArray()
            : throw new ConnectorException(
                $"items_pointer: there is no array at {configuration.Items} in the answer of {page.Address.GetLeftPart(UriPartial.Path)}."
            );

    private static string Id(HttpJsonConfiguration configuration, HttpJsonPage page, JsonElement item)
    {
        var id = configuration.Id.Find(item) switch
        {
            { ValueKind: JsonValueKind.String } text => Text(text),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };
        return string.IsNullOrEmpty(id)
            ? throw new ConnectorException(
                $"id_pointer: an item in the answer of {page.Address.GetLeftPart(UriPartial.Path)} has no text or number at "
                    + $"{configuration.Id}, so it can't be told apart."
            )
            : id;
    }

    private static DateTimeOffset? Timestamp(HttpJsonConfiguration configuration, JsonElement item) =>
        configuration.Timestamp?.Find(item) is { ValueKind: JsonValueKind.String } text
        && DateTimeOffset.TryParse(
            Text(text),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var time
        )
            ? time
            : null;

    /// <summary>A text; <see langword="null"/> when it holds half a character.</summary>
    private static string? Text(JsonElement text)
    {
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The item as Elasticsearch takes it, in memory of its own.</summary>
    private static JsonElement Body(string id, JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw new ConnectorException($"items_pointer: item '{id}' is a JSON {item.ValueKind}, not an object.");
        }

        using var clean = new PooledBuffer(1024);
        using (var json = new Utf8JsonWriter(clean, JsonBodies.WriterOptions))
        {
            CleanJson.Write(json, item.GetRawText());
        }

        using var document = JsonDocument.Parse(clean.WrittenMemory, new JsonDocumentOptions { MaxDepth = HttpJsonBody.Deepest });
        return document.RootElement.Clone();
    }

    private static Uri? Next(HttpJsonConfiguration configuration, HttpJsonClient client, HttpJsonPage page, int count, ref long number)
    {
        switch (configuration.Paging)
        {
            case "page":
                number++;
                return count == 0
                    ? null
                    : PageAddress.With(configuration.Url, configuration.Parameter, number.ToString(CultureInfo.InvariantCulture));
            case "link":
                return page.NextLink() is { } link ? client.Stay(link, "its Link header leads") : null;
            case "next":
                var next = configuration.Next!.Find(page.Document.RootElement) switch
                {
                    null or { ValueKind: JsonValueKind.Null or JsonValueKind.False } => null,
                    { ValueKind: JsonValueKind.String } text => Text(text),
                    { ValueKind: JsonValueKind.Number } cursor => cursor.GetRawText(),
                    { } other => throw new ConnectorException(
                        $"next_pointer: a JSON {other.ValueKind} at {configuration.Next} is neither an address nor a cursor."
                    ),
                };
                return string.IsNullOrEmpty(next) ? null
                    : configuration.Parameter.Length > 0 ? PageAddress.With(configuration.Url, configuration.Parameter, next)
                    : Uri.TryCreate(page.Address, next, out var address) ? client.Stay(address, "the next page leads")
                    : throw new ConnectorException(
                        $"next_pointer: what stands at {configuration.Next} is no address. Set page_parameter if it is a cursor."
                    );
            default:
                return null;
        }
    }
}
