using System.Text.Json.Nodes;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>Calls with curl: to the emulator they are sent, to the function app they are compared with the description of its
/// API.</summary>
internal static class HttpCommands
{
    private const string Emulator = "http://127.0.0.1:9200/";
    private const string App = "https://app.example/api/";
    private const string CoreTools = "http://127.0.0.1:7071/api/";

    // Calls of applications that search, to a real Elasticsearch: the emulator has no users.
    private static readonly string[] OfSearchingApplications = ["/_source", "/_security/api_key", "/_render/template", "/_search"];

    public static async Task SendAsync(string[] words, PageStory story)
    {
        var address = Assert.Single(words, word => word.StartsWith("http", StringComparison.Ordinal));
        if (address.StartsWith(Emulator, StringComparison.Ordinal))
        {
            Assert.Equal(2, words.Length);
            using var http = new HttpClient { BaseAddress = (await story.ElasticsearchAsync()).Uri };
            using var answer = await http.GetAsync(address[Emulator.Length..], PageStory.Token);
            Assert.True(answer.IsSuccessStatusCode, $"{address}: {(int)answer.StatusCode}");
            return;
        }

        if (address.StartsWith(PageStory.Elasticsearch, StringComparison.Ordinal))
        {
            Assert.Contains(OfSearchingApplications, call =>
                address.EndsWith(call, StringComparison.Ordinal) || address.Contains($"{call}/", StringComparison.Ordinal)
            );
            return;
        }

        // What the app answers on a desk is compared by a test of that page. No key is asked for there.
        var (isLocal, start) = address.StartsWith(CoreTools, StringComparison.Ordinal) ? (true, CoreTools) : (false, App);
        Assert.StartsWith(start, address, StringComparison.Ordinal);
        var (path, query) = (address[start.Length..].Split('?')[0], address.Split('?').Skip(1).SingleOrDefault());
        var operation = Operation($"/{path}", Option(words, "-X") ?? "GET");
        Assert.NotNull(operation);
        Assert.Equal(isLocal ? null : "x-functions-key: key-1", Option(words, "-H"));
        var parameters = (operation["parameters"] as JsonArray ?? []).Select(parameter => (string?)parameter!["name"]).ToList();
        Assert.All(query?.Split('&') ?? [], part => Assert.Contains(part.Split('=')[0], parameters));
        if (Option(words, "-d") is { } body)
        {
            var schema = operation["requestBody"]!["content"]!["application/json"]!["schema"]!;
            var properties = (
                schema["$ref"] is { } name ? Description["components"]!["schemas"]![((string)name!).Split('/')[^1]]! : schema
            )["properties"]!.AsObject();
            Assert.All(JsonNode.Parse(body)!.AsObject(), field =>
                Assert.True(properties.ContainsKey(field.Key), $"{field.Key} is not in the body of {path}")
            );
        }
    }

    private static JsonNode Description { get; } =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Approved.Root, "Connectors.Functions", "Http", "openapi.json")))!;

    private static JsonNode? Operation(string path, string method) =>
        Description["paths"]!
            .AsObject()
            .Where(item => Fits(item.Key.Split('/'), path.Split('/')))
            .Select(item => item.Value![method.ToLowerInvariant()])
            .FirstOrDefault(item => item is not null);

    private static bool Fits(string[] template, string[] path) =>
        template.Length == path.Length && template.Zip(path).All(part => part.First.StartsWith('{') || part.First == part.Second);

    private static string? Option(string[] words, string name) => words.SkipWhile(word => word != name).Skip(1).FirstOrDefault();
}
