using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.Http;

/// <summary>A request, as a value: it can be sent again, and changed into the one for the next page.</summary>
/// <param name="Method">GET, POST or HEAD. All requests only read, so that each can be repeated.</param>
/// <param name="Address">Relative to the client's address (<c>/api/items?limit=50</c>), or absolute.</param>
internal sealed record RestRequest(HttpMethod Method, string Address)
{
    /// <summary>The body as JSON; <see langword="null"/> for none. It is not changed after it was given.</summary>
    public JsonNode? Json { get; init; }

    /// <summary>The body as a form; <see langword="null"/> for none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Form { get; init; }

    /// <summary>Headers beside those of the client.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Statuses, beside the successful ones, that the caller judges itself.</summary>
    public IReadOnlyList<int> Accepted { get; init; } = [];

    /// <summary>A request that gets something.</summary>
    public static RestRequest Get(string address) => new(HttpMethod.Get, address);

    /// <summary>A request that asks by a body.</summary>
    public static RestRequest Post(string address, JsonNode body) => new(HttpMethod.Post, address) { Json = body };

    /// <summary>A GraphQL query.</summary>
    /// <param name="address">Where queries are sent.</param>
    /// <param name="query">Its text.</param>
    /// <param name="variables">Its variables.</param>
    public static RestRequest GraphQL(string address, string query, JsonObject variables) =>
        Post(address, new JsonObject { ["query"] = query, ["variables"] = variables });

    /// <summary>The same for a file as it is: an answer of any type is taken.</summary>
    public RestRequest AsFile() => this with { Headers = [.. Headers, new("Accept", "*/*")] };

    /// <summary>
    /// The same for bytes that are not packed on the way: a range counts the bytes that are sent (RFC 9110, 14), so the rest of a content
    /// can only be asked for if these are the content's own.
    /// </summary>
    public RestRequest Unpacked() => this with { Headers = [.. Headers, new("Accept-Encoding", "identity")] };

    /// <summary>The same with one query parameter set, in the place of whatever value it had.</summary>
    public RestRequest WithQuery(string name, string value)
    {
        // Only the query matters here; a relative address gets a host for a moment. One without a slash stays below the client's address.
        var isAbsolute = Uri.TryCreate(Address, UriKind.Absolute, out var address) && !address.IsFile;
        var changed = PageAddress.With(isAbsolute ? address! : new Uri(new Uri("https://relative.invalid"), Address), name, value);
        return this with
        {
            Address =
                isAbsolute ? changed.AbsoluteUri
                : Address.StartsWith('/') ? changed.PathAndQuery
                : changed.PathAndQuery[1..],
        };
    }

    /// <summary>The same with one field of the JSON body set, found by its path: <c>variables</c>, <c>cursor</c>.</summary>
    public RestRequest WithBody(string[] path, JsonNode? value)
    {
        var body = Json?.DeepClone() ?? new JsonObject();
        var place = path[..^1].Aggregate(body, (node, name) => node[name] ??= new JsonObject());
        place[path[^1]] = value;
        return this with { Json = body };
    }

    /// <summary>The message for one try.</summary>
    public HttpRequestMessage ToMessage(Uri address)
    {
        var message = new HttpRequestMessage(Method, address);
        if (Json is not null)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Json.ToJsonString()))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        }
        else if (Form is not null)
        {
            message.Content = new FormUrlEncodedContent(Form);
        }

        foreach (var (name, value) in Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }
}
