using System.Globalization;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Retries;
using Elastic.Transport;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>The only caller of the client's transport, and the only place that retries control calls. Safe for concurrent use.</summary>
internal sealed class ElasticsearchCalls(
    ITransport transport,
    ElasticsearchOptions options,
    ServerTrust trust,
    TimeProvider time,
    Random random,
    ILogger logger
)
{
    // A node that restarts is back within this.
    private static readonly TimeSpan LeastRetryTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    // Plain JSON is understood by every version; "compatible-with" would tie us to the client's major version.
    private static readonly RequestConfiguration Json = new() { Accept = "application/json", ContentType = "application/json" };
    private static readonly RequestConfiguration NdJson = new() { Accept = "application/json", ContentType = "application/x-ndjson" };

    private readonly RepeatedNotice _notice = new(time);

    public ElasticsearchFailures Failures { get; } = new(options, trust);

    /// <summary>Calls until the response can't change by a retry.</summary>
    /// <exception cref="ConnectorException">The response is neither a success nor a status that the request accepts.</exception>
    public async Task<ElasticsearchResponse> SendAsync(ElasticsearchRequest request, CancellationToken cancellationToken)
    {
        BackoffClock? clock = null;
        for (var tries = 1; ; tries++)
        {
            var answer = await SendOnceAsync(request, cancellationToken);
            answer.Tries = tries;
            if (answer.IsSuccess || request.Expected.Contains(answer.Status))
            {
                return answer;
            }

            using (answer)
            {
                var failure = Failures.Of(request, answer);
                clock ??= NewClock();
                var kind = $"{answer.Status} {answer.Error()?.Type}";
                if (
                    failure.Kind != FailureKind.Retry
                    || !MayRetry(answer)
                    || !await PauseAsync(clock, failure.Message, kind, answer.RetryAfter, cancellationToken)
                )
                {
                    throw failure;
                }
            }
        }
    }

    /// <summary>A clock for work of several calls, for as long as a call is tried again.</summary>
    public BackoffClock NewClock()
    {
        var longest = options.RetryInterval > FirstWait ? options.RetryInterval : FirstWait;
        var limit = longest * options.MaxRetries;
        limit = options.Patience ?? (limit > LeastRetryTime ? limit : LeastRetryTime);
        return new BackoffClock(new BackoffPolicy(FirstWait, longest, limit), time, random);
    }

    /// <summary>Waits before something is tried again, and logs why.</summary>
    /// <param name="clock">Its clock.</param>
    /// <param name="problem">Why.</param>
    /// <param name="kind">What is the same in each try: a warning is logged once in a while for it.</param>
    /// <param name="retryAfter">How long Elasticsearch asked to wait, if it did.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False at once when the time for it is over.</returns>
    public async Task<bool> PauseAsync(
        BackoffClock clock,
        string problem,
        string kind,
        TimeSpan? retryAfter,
        CancellationToken cancellationToken
    )
    {
        if (clock.Next(retryAfter) is not { } delay)
        {
            return false;
        }

        ElasticsearchLog.TriedAgain(logger, problem, LogSeconds.Of(delay));
        if (_notice.IsDue(kind))
        {
            ElasticsearchLog.Retrying(logger, problem, Math.Ceiling(clock.Left.TotalSeconds));
        }

        await Task.Delay(delay, time, cancellationToken);
        return true;
    }

    /// <summary>Calls for something that is only acknowledged.</summary>
    /// <exception cref="ConnectorException">It isn't.</exception>
    public async Task AcknowledgeAsync(ElasticsearchRequest request, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(request, cancellationToken);
        if (
            answer.Json()["acknowledged"] is not { } acknowledged
            || acknowledged.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False)
        )
        {
            throw answer.NotUnderstood("it does not acknowledge anything");
        }
    }

    /// <summary>Makes everything that was written to an index visible to searches.</summary>
    /// <exception cref="ConnectorException">It isn't.</exception>
    public async Task RefreshAsync(string index, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(
            ElasticsearchRequest.Post($"{ElasticsearchRequest.Escape(index)}/_refresh", null),
            cancellationToken
        );
        if (!answer.IsWhole(answer.Json()))
        {
            throw new ConnectorException(
                FailureKind.Retry,
                $"Elasticsearch at {Failures.Host} could not refresh all shards of index '{index}'."
            );
        }
    }

    /// <summary>Number of documents of an index that are visible to searches.</summary>
    /// <exception cref="ConnectorException">They can't be counted.</exception>
    public async Task<long> CountAsync(string index, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(ElasticsearchRequest.Get($"{ElasticsearchRequest.Escape(index)}/_count"), cancellationToken);
        return answer.Count(answer.Json(), "count");
    }

    /// <summary>Calls once. The result says what happened; only a cancelled token throws.</summary>
    public async Task<ElasticsearchResponse> SendOnceAsync(ElasticsearchRequest request, CancellationToken cancellationToken)
    {
        // The transport's own time-out ends with the headers; this one covers the body too. Always real time, as the network's is.
        using var timeout = new CancellationTokenSource(request.Timeout ?? options.RequestTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        PooledBuffer? body = null;
        try
        {
            using var response = await transport.RequestAsync<StreamResponse>(
                request.Method,
                request.Path,
                request.Body is not { } bytes ? null
                    : request.IsBulk ? BodyStream.Of(bytes)
                    : PostData.ReadOnlyMemory(bytes),
                Configuration(request),
                either.Token
            );
            var details = response.ApiCallDetails;
            if (details.HttpStatusCode is not { } status)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return new ElasticsearchResponse(0, null)
                {
                    Failure = details.OriginalException,
                    IsTimeout = timeout.IsCancellationRequested || details.OriginalException is TaskCanceledException,
                };
            }

            Failures.HasAnswered = true;
            body = new PooledBuffer(16 * 1024);
            int read;
            while ((read = await response.Body.ReadAsync(body.GetMemory(4096), either.Token)) > 0)
            {
                body.Advance(read);
                if (body.Length > request.MaxAnswerBytes)
                {
                    return new ElasticsearchResponse(ElasticsearchResponse.TooLarge, null);
                }
            }

            var answer = new ElasticsearchResponse(status, body)
            {
                RetryAfter = RetryAfter(Header(details, ElasticsearchClientFactory.RetryAfterHeader)),
                Explain = detail => Failures.NotUnderstood(request, detail),
                Location = Header(details, ElasticsearchClientFactory.LocationHeader),
                Product = Header(details, ElasticsearchClientFactory.ProductHeader),
                Date = DateTimeOffset.TryParse(
                    Header(details, ElasticsearchClientFactory.DateHeader),
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var date
                )
                    ? date
                    : null,
            };
            body = null;
            return answer;
        }
        catch (Exception exception)
            when (exception is TransportException or IOException or HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new ElasticsearchResponse(0, null) { Failure = exception, IsTimeout = timeout.IsCancellationRequested };
        }
        finally
        {
            body?.Dispose();
        }
    }

    private static RequestConfiguration Configuration(ElasticsearchRequest request)
    {
        var plain = request.IsBulk ? NdJson : Json;
        return request.Timeout is { } timeout
            ? new RequestConfiguration
            {
                Accept = plain.Accept,
                ContentType = plain.ContentType,
                RequestTimeout = timeout,
            }
            : plain;
    }

    private bool MayRetry(ElasticsearchResponse answer) => options.MaxRetries > 0 && (options.RetryOnTimeout || !answer.IsTimeout);

    private static string? Header(ApiCallDetails details, string name) =>
        details.TryGetHeader(name, out var values) ? values?.FirstOrDefault() : null;

    private TimeSpan? RetryAfter(string? text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            && date > time.GetUtcNow()
            ? date - time.GetUtcNow()
            : null;
    }
}
