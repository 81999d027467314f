using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Limits;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Http;

/// <summary>What is special to a service: where it is, how to sign in, how it says that it has had enough.</summary>
internal sealed record RestClientOptions
{
    /// <summary>The service as messages name it: <c>ServiceNow</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is. Relative addresses are relative to this.</summary>
    public required Uri Address { get; init; }

    /// <summary>The field that names the address, for messages. Default <c>url</c>.</summary>
    public string AddressField { get; init; } = "url";

    /// <summary>Whether the vendor says which host it is, and no field: where it can't be reached, no field is wrong.</summary>
    public bool HasFixedHost { get; init; }

    /// <summary>Signs requests in.</summary>
    public required RequestSigner Signer { get; init; }

    /// <summary>
    /// Hosts beside that of <see cref="Address"/> that the credentials are meant for; <c>.example.com</c> stands for all names that end
    /// in it.
    /// </summary>
    public IReadOnlyList<string> TrustedHosts { get; init; } = [];

    /// <summary>
    /// Names of hosts that may have a private, loopback or link-local address: those that the user named in <c>allowed_hosts</c>.
    /// </summary>
    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    /// <summary>
    /// Whether a redirect to another host fails the request. By default it is followed, without the credentials: files are often kept
    /// elsewhere. A request with a body never follows one: what it says is meant for the service alone.
    /// </summary>
    public bool StaysOnHost { get; init; }

    /// <summary>What to do when the sign-in is refused: <c>Check username and password.</c></summary>
    public required string SignInHint { get; init; }

    /// <summary>What to do when permission is missing: <c>Give the user the role itil.</c></summary>
    public required string PermissionHint { get; init; }

    /// <summary>What to do when there is no answer in time; empty for nothing.</summary>
    public string LateHint { get; init; } = string.Empty;

    /// <summary>What to do when an answer is larger than <see cref="MaxResponseBytes"/>; empty for nothing.</summary>
    public string LargeHint { get; init; } = string.Empty;

    /// <summary>Headers of every request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [new("Accept", "application/json")];

    /// <summary>How the service says that it has had enough, in order. <see cref="LimitRules.RetryAfter"/> always comes first.</summary>
    public IReadOnlyList<LimitRule> Limits { get; init; } = [];

    /// <summary>
    /// Tells an answer of status 200 that is an error all the same (GraphQL, Slack); <see langword="null"/> when it is none.
    /// </summary>
    public Func<JsonElement, ConnectorException?>? ErrorOf { get; init; }

    /// <summary>
    /// Reads the body of an answer as JSON, and throws a <see cref="ConnectorException"/> where it is none; <see langword="null"/> for
    /// JSON in UTF-8.
    /// </summary>
    public Func<RestResponse, JsonDocument>? ReadJson { get; init; }

    /// <summary>Words an answer better than the base could; <see langword="null"/> to leave it to the base.</summary>
    public Func<RestResponse, ConnectorException?>? Explain { get; init; }

    /// <summary>
    /// Requests at the same time to one host, by all syncs of this process. Default 10. The lowest of all clients of the host counts.
    /// </summary>
    public int RequestsAtATime { get; init; } = 10;

    /// <summary>The least time between the beginnings of two requests to a host. Default none.</summary>
    public TimeSpan Spacing { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Where each method of the service has a limit of its own (Slack): that of an address, in the place of the host's and of
    /// <see cref="Spacing"/>. A refusal then holds up requests to that method alone.
    /// </summary>
    public Func<Uri, RequestLimit>? LimitOf { get; init; }

    /// <summary>How often a request is sent again when its failure may pass. Default 4.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>The longest time that is waited within a request when the service asks for it; a longer one fails it with kind
    /// <see cref="FailureKind.Retry"/>.
    /// Default 5 minutes.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The time for one try. Default 100 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>The largest body that is read into memory. Default 64 MiB.</summary>
    public int MaxResponseBytes { get; init; } = 64 * 1024 * 1024;
}
