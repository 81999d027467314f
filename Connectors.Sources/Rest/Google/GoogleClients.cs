using System.Collections.Concurrent;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.SignIn;

namespace Connectors.Sources.Rest.Google;

/// <summary>
/// Clients of one of Google's services: for the service account itself, and for each user on whose behalf it asks. All send through the
/// same connections. Safe for concurrent use.
/// </summary>
internal sealed class GoogleClients : IDisposable
{
    private readonly ConcurrentDictionary<(string? Subject, string Scopes), Lazy<RestClient>> _clients = new();
    private readonly SourceContext _context;
    private readonly GoogleAccount _account;
    private readonly Func<RestClientOptions, RestClientOptions> _change;
    private readonly GoogleConnection _connection;
    private readonly HttpClient _http;
    private readonly string _name;

    /// <param name="context">Clock, log, and the budgets of hosts.</param>
    /// <param name="account">Signs in.</param>
    /// <param name="name">The service as messages name it.</param>
    /// <param name="change">Sets where it is, and what the user may set.</param>
    public GoogleClients(SourceContext context, GoogleAccount account, string name, Func<RestClientOptions, RestClientOptions> change)
    {
        (_context, _account, _name, _change) = (context, account, name, change);
        var handler = RestClient.CreateHandler(context, GoogleAccount.FieldName);
        (_connection, _http) = (new GoogleConnection(handler), new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan });
    }

    /// <summary>A client, always the same for the same user and scopes.</summary>
    /// <param name="subject">The user on whose behalf is asked; <see langword="null"/> for the account itself.</param>
    /// <param name="scopes">What is asked for, with blanks between.</param>
    /// <param name="isPlace">Whether others can be read when this user can't.</param>
    public RestClient For(string? subject, string scopes, bool isPlace = false) =>
        _clients.GetOrAdd((subject, scopes), _ => new Lazy<RestClient>(() => Create(subject, scopes, isPlace))).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }

        _http.Dispose();
    }

    private RestClient Create(string? subject, string scopes, bool isPlace)
    {
        var tokens = new GoogleTokens(_connection, _account, subject, scopes, isPlace, _context.TimeProvider);
        var options = new RestClientOptions
        {
            Name = _name,
            Address = new Uri("https://www.googleapis.com/"),
            AddressField = GoogleAccount.FieldName,
            HasFixedHost = true,
            Signer = RequestSigner.Tokens(tokens, _context.TimeProvider),
            SignInHint = $"Check {GoogleAccount.FieldName}.",
            PermissionHint = $"Give {subject ?? _account.Email} the permission to read it.",
            Limits = [GoogleErrors.LimitOf],
            Explain = answer => GoogleErrors.Explain(_name, answer),
            Retries = 5,
        };
        return new RestClient(_change(options), _context, _http);
    }
}
