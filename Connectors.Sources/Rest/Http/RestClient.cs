using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Http.Contents;
using Connectors.Sources.Rest.Limits;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Connectors.Sources.Rest.Http;

/// <summary>
/// Asks one service: signs in, stays within what the host may be asked, waits when it is told to, tries again what may pass, and words
/// what does not. Safe for concurrent use: one serves all partitions of a sync.
/// </summary>
internal sealed class RestClient : IDisposable
{
    private readonly RestClientOptions _options;
    private readonly SourceContext _context;
    private readonly RestTransport _transport;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline<RestResponse> _retries;

    /// <param name="options">What is special to the service.</param>
    /// <param name="context">Clock, log, and the budgets of hosts.</param>
    /// <param name="http">Sends the requests: made by <see cref="CreateHttp"/>, disposed with this.</param>
    public RestClient(RestClientOptions options, SourceContext context, HttpClient http)
    {
        (_options, _context, Http) = (options, context, http);
        _transport = new RestTransport(options, http, context.TimeProvider);
        _logger = context.LoggerFactory.CreateLogger<RestClient>();
        _retries =
            options.Retries == 0
                ? ResiliencePipeline<RestResponse>.Empty
                : new ResiliencePipelineBuilder<RestResponse> { TimeProvider = context.TimeProvider }.AddRetry(Retry).Build();
    }

    /// <summary>The service as messages name it.</summary>
    public string Name => _options.Name;

    /// <summary>What sends the requests, without credentials: for fetching tokens.</summary>
    public HttpClient Http { get; }

    /// <summary>Makes what sends requests over the handler that <see cref="CreateHandler"/> makes.</summary>
    /// <param name="context">May hold another handler, for tests.</param>
    /// <param name="field">The field that names the host, for messages.</param>
    /// <param name="privateHosts">Names of hosts that may have a private address.</param>
    /// <param name="authority">The value of a field ssl_ca: certificate authorities as PEM; <see langword="null"/> for those of this
    /// system.</param>
    /// <param name="verify">Whether certificates are checked at all.</param>
    /// <param name="authorityField">Where the source takes authorities, for messages; <see langword="null"/> when nowhere.</param>
    /// <param name="credentials">For a sign-in that holds for a connection and not for a request (NTLM); <see langword="null"/> where
    /// <see cref="RestClientOptions.Signer"/> does it.</param>
    /// <exception cref="ConnectorException">There is no certificate in the field.</exception>
    public static HttpClient CreateHttp(
        SourceContext context,
        string field = "url",
        IReadOnlyList<string>? privateHosts = null,
        string? authority = null,
        bool verify = true,
        string? authorityField = null,
        ICredentials? credentials = null
    )
    {
        var handler = CreateHandler(context, field, privateHosts, authority, verify, authorityField, credentials);
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Makes the handler of requests: the guard of addresses, no redirects, no cookies; packed answers are unpacked.</summary>
    /// <inheritdoc cref="CreateHttp"/>
    public static HttpMessageHandler CreateHandler(
        SourceContext context,
        string field,
        IReadOnlyList<string>? privateHosts = null,
        string? authority = null,
        bool verify = true,
        string? authorityField = null,
        ICredentials? credentials = null
    )
    {
        var trust = verify
            ? CertificateAuthorities.Trust(
                authority is null ? null : CertificateAuthorities.Parse(CertificateAuthorities.SslCa, authority),
                authorityField
            )
            : CertificateAuthorities.TrustAny;
        return new UnpackingHandler(
            context.HttpHandler?.Invoke() ?? GuardedConnection.CreateHandler(field, privateHosts ?? [], trust, credentials)
        );
    }

    /// <summary>Sends a request and reads the whole answer. The caller disposes it.</summary>
    /// <returns>An answer of success, or of one of the request's <see cref="RestRequest.Accepted"/> statuses.</returns>
    /// <exception cref="ConnectorException">There is none; where the service answered, the exception carries the status
    /// (<see cref="RestErrors.StatusOf"/>).</exception>
    public async Task<RestResponse> SendAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var address = AddressOf(request);
        var answer = await _retries.ExecuteAsync(
            async token =>
            {
                using var place = await EnterAsync(address, token);
                return await _transport.SendAsync(request, address, token);
            },
            cancellationToken
        );
        if (ErrorOf(request, answer) is { } error)
        {
            answer.Dispose();
            throw error;
        }

        return answer;
    }

    /// <summary>Gets something.</summary>
    public Task<RestResponse> GetAsync(string address, CancellationToken cancellationToken) =>
        SendAsync(RestRequest.Get(address), cancellationToken);

    /// <summary>Opens a content, which is not read into memory and not packed on the way. Where its connection breaks while it is read, it
    /// goes on there if the service can give the rest of the same version. The caller disposes the stream.</summary>
    /// <exception cref="ConnectorException">As <see cref="SendAsync"/>; kind <see cref="FailureKind.Skip"/> when only this content is
    /// gone or closed.</exception>
    public async Task<Stream> OpenAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var whole = request.Unpacked();
        var (answer, content) = await TryOpenAsync(whole, cancellationToken);
        using (answer)
        {
            return ContentVersion.Of(answer) is { } version
                ? new ResumableStream(content, version.Length, _options.Retries, (from, token) =>
                    OpenRestAsync(whole, version, from, token)
                )
                : content;
        }
    }

    private async Task<Stream?> OpenRestAsync(RestRequest request, ContentVersion version, long from, CancellationToken cancellationToken)
    {
        RestLog.BrokeOff(_logger, _options.Name, _options.Address.Authority, from, version.Length);
        try
        {
            var (answer, content) = await TryOpenAsync(version.RestOf(request, from), cancellationToken);
            using (answer)
            {
                if (version.IsContinuedBy(answer, from))
                {
                    return content;
                }
            }

            await content.DisposeAsync();
            return null;
        }
        catch (ConnectorException refused) when (refused.Kind != FailureKind.Retry)
        {
            // Whether the content is closed or gone is judged when the whole is asked for again.
            return null;
        }
    }

    private async Task<(RestResponse Answer, Stream Content)> TryOpenAsync(RestRequest request, CancellationToken cancellationToken)
    {
        var address = AddressOf(request);
        Stream? opened = null;
        var answer = await _retries.ExecuteAsync(
            async token =>
            {
                // The place is given back when the answer begins: how long its reading takes is up to the reader.
                using var place = await EnterAsync(address, token);
                (var response, opened) = await _transport.OpenAsync(request, address, token);
                if (opened is not null && WaitOf(response) is not null)
                {
                    // A success that asks to wait is not the content yet.
                    await opened.DisposeAsync();
                    opened = null;
                }

                return response;
            },
            cancellationToken
        );
        if (opened is not null)
        {
            return (answer, opened);
        }

        using (answer)
        {
            throw ErrorOf(request, answer) is not { } error ? new ConnectorException($"{_options.Name}: gave no content.")
            : RestErrors.IsClosedPlace(error)
                ? new ConnectorException(FailureKind.Skip, error.Message, error.InnerException)
                {
                    // 404 may as well hide what the user may not see, or a file that is missing behind a document that is there.
                    IsGone = RestErrors.StatusOf(error) == HttpStatusCode.Gone,
                }
            : error;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Http.Dispose();
        (_options.Signer as IDisposable)?.Dispose();
    }

    private Uri AddressOf(RestRequest request) =>
        Uri.TryCreate(_options.Address, request.Address, out var address) && (address.Scheme is "http" or "https")
            ? address
            : throw new ConnectorException($"{_options.Name}: named an address that is none. Check {_options.AddressField}.");

    /// <summary>Waits as long as the service asked for within a request, and tells that it waits.</summary>
    public Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        _context.Waits.Add(Now + wait);
        return Task.Delay(wait, _context.TimeProvider, cancellationToken);
    }

    private async Task<IDisposable> EnterAsync(Uri address, CancellationToken cancellationToken)
    {
        var budget = BudgetOf(address);
        return await budget.TryEnterAsync(LimitOf(address).Spacing, _options.LongestWait, _context.Waits, cancellationToken)
            ?? throw RestErrors.HeldBack(_options, address, budget.ClosedUntil - Now);
    }

    private RetryStrategyOptions<RestResponse> Retry =>
        new()
        {
            MaxRetryAttempts = _options.Retries,
            Delay = TimeSpan.FromSeconds(1),
            MaxDelay = TimeSpan.FromMinutes(1),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = arguments => ValueTask.FromResult(MayPass(arguments.Outcome)),
            DelayGenerator = arguments => ValueTask.FromResult(DelayOf(arguments.Outcome)),
            OnRetry = arguments => LogAsync(arguments),
        };

    private DateTimeOffset Now => _context.TimeProvider.GetUtcNow();

    private HostBudget BudgetOf(Uri address) => _context.Hosts.For(LimitOf(address).Name, _options.RequestsAtATime, _context.TimeProvider);

    private RequestLimit LimitOf(Uri address) => _options.LimitOf?.Invoke(address) ?? new RequestLimit(address.Authority, _options.Spacing);

    /// <summary>How long the answer asks to wait; <see langword="null"/> when it asks for nothing.</summary>
    private TimeSpan? WaitOf(RestResponse answer)
    {
        var now = Now;
        return LimitRules.RetryAfter(answer, now)
            ?? _options.Limits.Select(rule => rule(answer, now)).FirstOrDefault(wait => wait is not null);
    }

    private TimeSpan? DelayOf(Outcome<RestResponse> outcome) =>
        outcome.Result is { } answer ? WaitOf(answer) : (outcome.Exception as ConnectorException)?.RetryAfter;

    private bool MayPass(Outcome<RestResponse> outcome)
    {
        if (outcome.Exception is { } failure)
        {
            // A request that was held for too long was not sent, and is not held again.
            return failure is ConnectorException { Kind: FailureKind.Retry } passing
                && !RestErrors.IsHeldBack(passing)
                && !(passing.RetryAfter > _options.LongestWait);
        }

        var answer = outcome.Result!;
        var wait = WaitOf(answer);
        if (wait > TimeSpan.Zero)
        {
            // Other requests to the host wait as well, even when this one gives up.
            BudgetOf(answer.Address).CloseFor(wait.Value);
            RestLog.Throttled(_logger, _options.Name, answer.Address.Authority, wait.Value);
        }

        return wait is null ? RestErrors.IsPassing(answer.Status) : wait <= _options.LongestWait;
    }

    private ValueTask LogAsync(OnRetryArguments<RestResponse> arguments)
    {
        var reason = arguments.Outcome.Exception?.Message ?? $"status {(int)arguments.Outcome.Result!.Status}";
        _context.Waits.Add(Now + arguments.RetryDelay);
        RestLog.Retried(_logger, _options.Name, _options.Address.Authority, reason, arguments.RetryDelay);
        return ValueTask.CompletedTask;
    }

    private ConnectorException? ErrorOf(RestRequest request, RestResponse answer)
    {
        if (request.Accepted.Contains((int)answer.Status))
        {
            return null;
        }

        if (!answer.IsSuccess || WaitOf(answer) is not null)
        {
            return RestErrors.FromStatus(_options, answer, WaitOf(answer));
        }

        return _options.ErrorOf is { } errorOf && answer.Bytes.Length > 0 && answer.TryJson() is { } json ? errorOf(json) : null;
    }
}
