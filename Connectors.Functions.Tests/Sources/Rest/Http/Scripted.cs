using System.Net;
using System.Text;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;
using Connectors.Tests.Sources.Rest.Replay;

namespace Connectors.Tests.Sources.Rest.Http;

/// <summary>A client whose requests are answered by a function, without a network.</summary>
internal sealed class Scripted : HttpMessageHandler
{
    private readonly Func<HttpRequestMessage, HttpResponseMessage> _answer;
    private readonly List<string> _seen = [];

    private Scripted(Func<HttpRequestMessage, HttpResponseMessage> answer) => _answer = answer;

    /// <summary>Requests as <c>GET https://host/path?query [Authorization]</c>.</summary>
    public IReadOnlyList<string> Seen => _seen;

    public ReplayTime Time { get; } = new();

    public SourceContext Context =>
        new()
        {
            Settings = SourceSettings.Empty,
            TimeProvider = Time,
            HttpHandler = () => this,
        };

    public static Scripted By(Func<HttpRequestMessage, HttpResponseMessage> answer) => new(answer);

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Status(int status, params (string Name, string Value)[] headers)
    {
        var answer = Json("{}", (HttpStatusCode)status);
        foreach (var (name, value) in headers)
        {
            answer.Headers.TryAddWithoutValidation(name, value);
        }

        return answer;
    }

    public RestClient Client(Func<RestClientOptions, RestClientOptions>? change = null)
    {
        var context = Context;
        var options = new RestClientOptions
        {
            Name = "Things",
            Address = new Uri("https://things.example/api/"),
            Signer = RequestSigner.Bearer(new Secret("to-ke-n")),
            SignInHint = "Check token.",
            PermissionHint = "Grant read.",
        };
        return new RestClient(change is null ? options : change(options), context, RestClient.CreateHttp(context));
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var authorization = request.Headers.TryGetValues("Authorization", out var values) ? $" [{string.Join(',', values)}]" : string.Empty;
        lock (_seen)
        {
            _seen.Add($"{request.Method} {request.RequestUri}{authorization}");
        }

        return Task.FromResult(_answer(request));
    }
}
