using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Connectors.Emulator;
using Xunit;

namespace Connectors.Tests.Emulator;

/// <summary>Sends plain requests to an emulator.</summary>
internal sealed class EmulatorClient(EmulatorServer server) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = server.Uri };

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="request">Method and path.</param>
    /// <param name="body">JSON, or lines of it.</param>
    public async Task<(int Status, JsonNode? Json)> SendAsync(string request, string? body = null)
    {
        using var response = await SendRawAsync(request, body is null ? null : Encoding.UTF8.GetBytes(body));
        var text = await response.Content.ReadAsStringAsync(Token);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>The caller disposes of the answer.</summary>
    public Task<HttpResponseMessage> SendRawAsync(
        string request,
        byte[]? body,
        string contentType = "application/json",
        IEnumerable<KeyValuePair<string, string>>? headers = null,
        string? encoding = null
    )
    {
        var parts = request.Split(' ', 2);
        var message = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]);
        if (body is not null)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            if (encoding is not null)
            {
                message.Content.Headers.ContentEncoding.Add(encoding);
            }
        }

        foreach (var (name, value) in headers ?? [])
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        return _http.SendAsync(message, Token);
    }

    public void Dispose() => _http.Dispose();
}
