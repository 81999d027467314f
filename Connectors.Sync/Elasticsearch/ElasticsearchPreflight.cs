using Connectors.Abstractions;
using Connectors.Sync.Configuration;
using Connectors.Sync.Diagnostics;
using Connectors.Sync.Elasticsearch.Calls;
using Connectors.Sync.Protocol;
using Microsoft.Extensions.Logging;

namespace Connectors.Sync.Elasticsearch;

/// <summary>The checks before anything else: reachable, an Elasticsearch, of a version that we know.</summary>
internal sealed class ElasticsearchPreflight(
    ElasticsearchCalls calls,
    ElasticsearchOptions options,
    TimeProvider time,
    Random random,
    ILogger logger
)
{
    private const string Product = "Elasticsearch";

    // The supported major versions, and the newest version of the exchanges recorded in the tests.
    private const int OldestMajor = 8;
    private static readonly Version Tested = new(9, 5);

    public async Task<ElasticsearchInfo> RunAsync(CancellationToken cancellationToken)
    {
        var request = ElasticsearchRequest.Get(string.Empty);
        var start = time.GetTimestamp();
        var wait = options.InitialBackoff;
        var notice = new RepeatedNotice(time);
        while (true)
        {
            using var response = await calls.SendOnceAsync(request, cancellationToken);
            if (response.IsSuccess || response.Status == 403)
            {
                return Check(response, request);
            }

            var failure = calls.Failures.Of(request, response);
            var left = options.MaxWaitDuration - time.GetElapsedTime(start);
            if (failure.Kind != FailureKind.Retry)
            {
                throw IsForeign(response) ? NotElasticsearch() : failure;
            }

            if (options.Patience is not null)
            {
                throw failure;
            }

            if (left <= TimeSpan.Zero)
            {
                throw options.MaxWaitDuration <= TimeSpan.Zero ? failure : new ConnectorException(
                    FailureKind.Retry,
                    $"Gave up after {options.MaxWaitDuration.TotalSeconds} s (a service waits for elasticsearch.max_wait_duration). "
                        + failure.Message,
                    failure
                );
            }

            var delay = response.RetryAfter > wait ? response.RetryAfter.Value : Jittered(wait);
            delay = delay < left ? delay : left;
            if (notice.IsDue(failure.Message))
            {
                ElasticsearchLog.Waiting(logger, Math.Ceiling(left.TotalSeconds), failure.Message);
            }

            await Task.Delay(delay, time, cancellationToken);
            wait *= options.BackoffMultiplier;
        }
    }

    /// <summary>Finds out whether anything answers, whatever it thinks of the credentials; asks once.</summary>
    public async Task ReachAsync(CancellationToken cancellationToken)
    {
        var request = ElasticsearchRequest.Get(string.Empty);
        using var response = await calls.SendOnceAsync(request, cancellationToken);
        if (response.Status is 0 or (>= 300 and < 400))
        {
            throw calls.Failures.Of(request, response);
        }

        if (IsForeign(response))
        {
            throw NotElasticsearch();
        }
    }

    /// <summary>Whether another service refuses the request: Elasticsearch names itself, but perhaps not to who is not logged in.</summary>
    private static bool IsForeign(ElasticsearchResponse response) =>
        response.Status is >= 400 and < 500 and not (401 or 403 or 407 or 429) && response.Product != Product;

    private ConnectorException NotElasticsearch() =>
        new(
            $"What answers at {calls.Failures.Host} is not Elasticsearch (the header {ElasticsearchClientFactory.ProductHeader} is "
                + "missing). Check elasticsearch.host; a proxy in between must let the header through."
        );

    private TimeSpan Jittered(TimeSpan wait)
    {
        lock (random)
        {
            return wait * (0.5 + (random.NextDouble() / 2));
        }
    }

    private ElasticsearchInfo Check(ElasticsearchResponse response, ElasticsearchRequest request)
    {
        var host = calls.Failures.Host;
        if (response.Product != Product)
        {
            throw response.Status == 403 ? calls.Failures.Of(request, response) : NotElasticsearch();
        }

        if (response.Status == 403)
        {
            ElasticsearchLog.VersionUnknown(logger, host);
            return new ElasticsearchInfo(null, false, string.Empty);
        }

        var root = response.Json();
        var number = root.Object("version").Text("number") ?? string.Empty;
        var cluster = root.Text("cluster_name") ?? string.Empty;
        if (!System.Version.TryParse(number.Split('-')[0], out var version))
        {
            throw new ConnectorException($"Elasticsearch at {host} reports the version '{number}', which can't be read.");
        }

        var isServerless = root.Object("version").Text("build_flavor") == "serverless";
        if (!isServerless)
        {
            CheckVersion(version, number);
        }

        ElasticsearchLog.Connected(logger, isServerless ? "serverless" : number, cluster, host);
        return new ElasticsearchInfo(version, isServerless, cluster);
    }

    private void CheckVersion(Version version, string number)
    {
        if (version.Major < OldestMajor || version.Major > Tested.Major)
        {
            throw new ConnectorException(
                $"Elasticsearch at {calls.Failures.Host} has version {number}; this service works with {OldestMajor}.x to "
                    + $"{Tested.Major}.x. "
                    + (version.Major < OldestMajor ? "Upgrade Elasticsearch." : "Take a newer release of this service.")
            );
        }

        if (version.Major == Tested.Major && version.Minor > Tested.Minor)
        {
            ElasticsearchLog.NewerThanTested(logger, number, Tested.ToString());
        }
    }
}
