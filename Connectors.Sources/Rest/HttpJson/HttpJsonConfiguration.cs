using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>The fields of an <c>http_json</c> connector, and what was entered in them.</summary>
internal sealed record HttpJsonConfiguration
{
    private const string UrlField = "url";
    private const string ItemsField = "items_pointer";
    private const string IdField = "id_pointer";
    private const string TimestampField = "timestamp_pointer";
    private const string PagingField = "paging";
    private const string NextField = "next_pointer";
    private const string ParameterField = "page_parameter";
    private const string FirstPageField = "first_page";
    private const string TokenField = "bearer_token";
    private const string HeadersField = "headers";
    private const string AllowedHostsField = "allowed_hosts";
    private const string TimeoutField = "request_timeout";
    private const string MaxResponseField = "max_response_mb";
    private static readonly string[] PagingWords = ["none", "next", "link", "page"];

    public static IReadOnlyList<ConfigField> Fields { get; } =
    [
        new(UrlField, "URL")
        {
            Tooltip = "Address of the first page. Keys and tokens don't belong here, but into bearer_token or headers.",
        },
        new(ItemsField, "Items")
        {
            Required = false,
            Tooltip = "JSON pointer to the array of items: /data/items. Empty when the whole answer is that array.",
        },
        new(IdField, "Id")
        {
            DefaultValue = "/id",
            Tooltip = "JSON pointer to an item's id, within the item. It is a text or a number, and unique.",
        },
        new(TimestampField, "Time stamp")
        {
            Required = false,
            Tooltip =
                "JSON pointer to an item's time of last change, within the item. Set it only if every change moves it: an item with the "
                + "same time is not written again.",
        },
        new(PagingField, "Paging")
        {
            Display = ConfigDisplay.DropDown,
            Required = false,
            DefaultValue = "none",
            Options =
            [
                new ConfigOption("One page", "none"),
                new ConfigOption("The answer holds the next address or cursor", "next"),
                new ConfigOption("Link header with rel=next", "link"),
                new ConfigOption("Page number in the address", "page"),
            ],
        },
        new(NextField, "Next page")
        {
            Required = false,
            DependsOn = [new ConfigDependency(PagingField, JsonValue.Create("next"))],
            Tooltip = "JSON pointer to the address of the next page, or to a cursor when page_parameter is set.",
        },
        new(ParameterField, "Page parameter")
        {
            Required = false,
            Tooltip = "Query parameter that takes the page number, or the cursor: page.",
        },
        new(FirstPageField, "First page")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            Required = false,
            DefaultValue = 1,
            UiRestrictions = ["advanced"],
        },
        new(TokenField, "Bearer token") { Required = false, Sensitive = true },
        new(HeadersField, "Headers")
        {
            Display = ConfigDisplay.TextArea,
            Required = false,
            Sensitive = true,
            Tooltip = "Headers to send, one a line: X-Api-Key: abc.",
        },
        new(AllowedHostsField, "Allowed private hosts")
        {
            Type = ConfigFieldType.List,
            Required = false,
            Tooltip = "Names of hosts that may have a private, loopback or link-local address. All others are refused there.",
            UiRestrictions = ["advanced"],
        },
        new(TimeoutField, "Request timeout")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            Required = false,
            DefaultValue = 100,
            Tooltip = "Seconds.",
            UiRestrictions = ["advanced"],
        },
        new(MaxResponseField, "Largest answer")
        {
            Type = ConfigFieldType.Integer,
            Display = ConfigDisplay.Numeric,
            Required = false,
            DefaultValue = 64,
            Tooltip = "MiB, after decompression.",
            UiRestrictions = ["advanced"],
        },
    ];

    public required Uri Url { get; init; }

    public required JsonPointer Items { get; init; }

    public required JsonPointer Id { get; init; }

    public required JsonPointer? Timestamp { get; init; }

    /// <summary>One of <c>none</c>, <c>next</c>, <c>link</c>, <c>page</c>.</summary>
    public required string Paging { get; init; }

    /// <summary>Where the next address or cursor stands; set when paging by it.</summary>
    public required JsonPointer? Next { get; init; }

    /// <summary>The query parameter for the cursor or the number; empty for none.</summary>
    public required string Parameter { get; init; }

    public required long FirstPage { get; init; }

    /// <summary>Names and values of headers, the bearer token's included.</summary>
    public required IReadOnlyList<(string Name, Secret Value)> Headers { get; init; }

    public required IReadOnlyList<string> AllowedHosts { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required int MaxResponseBytes { get; init; }

    /// <exception cref="ConnectorException">A field is missing or wrong.</exception>
    public static HttpJsonConfiguration From(SourceSettings settings)
    {
        var paging = settings.GetString(PagingField).Trim() is { Length: > 0 } chosen ? chosen : "none";
        var (next, parameter) = (settings.GetString(NextField).Trim(), settings.GetString(ParameterField).Trim());
        if (!PagingWords.Contains(paging, StringComparer.Ordinal))
        {
            throw new ConnectorException($"{PagingField}: {Redactor.Quote(paging)} is none of {string.Join(", ", PagingWords)}.");
        }

        if (paging == "next" && next.Length == 0)
        {
            throw new ConnectorException(
                $"{NextField}: required when {PagingField} is next. Give the JSON pointer to the next page's address or cursor."
            );
        }

        if (paging == "page" && parameter.Length == 0)
        {
            throw new ConnectorException($"{ParameterField}: required when {PagingField} is page. Give the name of the query parameter.");
        }

        return new HttpJsonConfiguration
        {
            Url = RestFields.Address(settings, UrlField),
            Items = JsonPointer.Parse(ItemsField, settings.GetString(ItemsField).Trim()),
            Id = JsonPointer.Parse(IdField, settings.GetRequiredString(IdField)),
            Timestamp = settings.GetString(TimestampField).Trim() is { Length: > 0 } timestamp
                ? JsonPointer.Parse(TimestampField, timestamp)
                : null,
            Paging = paging,
            Next = paging == "next" ? JsonPointer.Parse(NextField, next) : null,
            Parameter = parameter,
            FirstPage = settings.GetInteger(FirstPageField, 1),
            Headers = ReadHeaders(settings),
            AllowedHosts = settings.GetList(AllowedHostsField),
            Timeout = TimeSpan.FromSeconds(RestFields.Number(settings, TimeoutField, 100, 1, 3600)),
            MaxResponseBytes = RestFields.Number(settings, MaxResponseField, 64, 1, 1024) * 1024 * 1024,
        };
    }

    private static List<(string Name, Secret Value)> ReadHeaders(SourceSettings settings)
    {
        var headers = new List<(string Name, Secret Value)>();
        if (settings.GetSecret(TokenField) is { } token)
        {
            headers.Add(("Authorization", new Secret($"Bearer {token.Reveal().Trim()}")));
        }

        var lines = settings.GetString(HeadersField).Split('\n', StringSplitOptions.TrimEntries);
        foreach (var (index, line) in lines.Index().Where(entry => entry.Item.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = colon < 0 ? (string.Empty, line) : (line[..colon].Trim(), line[(colon + 1)..].Trim());

            // The line may be a secret, so it is not repeated.
            if (EnteredHeaders.CarrierOf(name) is { } carrier)
            {
                throw new ConnectorException(
                    $"{HeadersField}: {carrier} can't be set, for it says how the request is sent. Remove line {index + 1}."
                );
            }

            if (!EnteredHeaders.CanBeSent(name, value))
            {
                throw new ConnectorException(
                    $"{HeadersField}: line {index + 1} is no header. Write one a line, NAME: VALUE; headers about the content of "
                        + "a request can't be set."
                );
            }

            headers.Add((name, new Secret(value)));
        }

        return headers;
    }
}
