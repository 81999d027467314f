using System.Security.Authentication;
using Connectors.Abstractions;
using Connectors.Sync.Bulk;
using Connectors.Sync.Configuration;

namespace Connectors.Sync.Elasticsearch.Calls;

/// <summary>Describes a failed call for the operator, and classifies it.</summary>
internal sealed class ElasticsearchFailures(ElasticsearchOptions options, ServerTrust trust)
{
    /// <summary>The hosts as they may be printed.</summary>
    public string Host { get; } =
        string.Join(
            ", ",
            options.Hosts.Select(host =>
                host.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/')
            )
        );

    /// <summary>Whether it has answered before: then it is not the address that is wrong.</summary>
    public bool HasAnswered { get; set; }

    public ConnectorException Of(ElasticsearchRequest request, ElasticsearchResponse response)
    {
        if (response.Status == 0)
        {
            return NoAnswer(request, response);
        }

        if (response.Status == ElasticsearchResponse.TooLarge)
        {
            return new ConnectorException(
                $"Elasticsearch at {Host} answered {request.Name} with more than {request.MaxAnswerBytes / 1024:N0} KiB: no answer to "
                    + "that call is so large. Something in between may change answers; check elasticsearch.host and the proxies before it."
            );
        }

        if (response.Status is >= 300 and < 400)
        {
            return new ConnectorException(
                $"Elasticsearch at {Host} answered {request.Name} with {response.Status}, a redirect{Target(response.Location)}. "
                    + "Redirects are not followed, because credentials and documents would go there too. Set elasticsearch.host to the "
                    + "address of Elasticsearch itself."
            );
        }

        var error = response.Error();
        if (IndexBlock.Failure(Uri.UnescapeDataString(request.Path.Split('/', '?')[0]), error) is { } blocked)
        {
            return blocked;
        }

        var reason = error is null ? string.Empty : $": {Sentences.Inner(error.Reason)}";
        var what = $"Elasticsearch at {Host} answered {request.Name} with {response.Status}{reason}.";
        return response.Status switch
        {
            401 => new ConnectorException(
                $"Elasticsearch at {Host} does not accept the credentials (401). Check elasticsearch.api_key, or elasticsearch.username "
                    + "and elasticsearch.password."
            ),
            403 => new ConnectorException(
                $"{what} Grant the missing privilege to the API key or user; docs/security.md lists all that are needed."
            ),
            404 when error?.Type == "index_not_found_exception" => new ConnectorException(
                $"{what} It is created at the start of a sync, never in the middle of one."
            ),
            413 => new ConnectorException(
                $"{what} A proxy or http.max_content_length limits the size of requests: lower elasticsearch.bulk.chunk_max_mem_size."
            ),
            406 => new ConnectorException($"{what} Is this an Elasticsearch 8 or 9?"),
            _ when IsPassing(response.Status) => new ConnectorException(FailureKind.Retry, what, retryAfter: response.RetryAfter),
            _ => new ConnectorException(what),
        };
    }

    /// <summary>The error for an answer that came whole, and is not what was asked for.</summary>
    public ConnectorException NotUnderstood(ElasticsearchRequest request, string detail) =>
        new(
            FailureKind.Retry,
            $"Elasticsearch at {Host} answered {request.Name} in a way that can't be understood: {detail}. Something in between may "
                + "change answers; check elasticsearch.host and the proxies before it."
        );

    /// <summary>Where a redirect leads: without user, password and query, which may be secret.</summary>
    private string Target(string? location) =>
        Uri.TryCreate(options.Hosts[0], location, out var target) && location is not null && target.Scheme is "http" or "https"
            ? $" to {target.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}"
            : " to nowhere";

    private ConnectorException NoAnswer(ElasticsearchRequest request, ElasticsearchResponse response)
    {
        if (response.IsTimeout)
        {
            return new ConnectorException(
                FailureKind.Retry,
                request.Timeout is { } longer
                    ? $"Elasticsearch at {Host} did not answer {request.Name} within {longer.TotalSeconds} s, though it had the time for "
                        + "inference. elasticsearch.bulk.inference_timeout sets the limit."
                    : $"Elasticsearch at {Host} did not answer {request.Name} within {options.RequestTimeout.TotalSeconds} s. "
                        + (options.Patience is null ? "elasticsearch.request_timeout sets the limit." : "Check it, and the network.")
            );
        }

        for (var cause = response.Failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException && trust.LastRefusal is null && IsNoTls(cause))
            {
                return new ConnectorException(
                    FailureKind.Fatal,
                    $"What answers at {Host} does not speak TLS. Write http:// instead of https:// in elasticsearch.host, or turn TLS on "
                        + "in Elasticsearch.",
                    response.Failure
                );
            }

            if (cause is AuthenticationException)
            {
                return new ConnectorException(
                    FailureKind.Fatal,
                    $"No trusted TLS connection to Elasticsearch at {Host}: {trust.LastRefusal ?? cause.Message}",
                    response.Failure
                );
            }
        }

        var root = response.Failure?.GetBaseException();
        var hint =
            !HasAnswered
            && response.Failure
                is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse }
            && options.Hosts.Any(host => host.Scheme == Uri.UriSchemeHttp)
                ? " If it speaks TLS there, write https:// instead of http://."
                : string.Empty;
        return new ConnectorException(
            FailureKind.Retry,
            $"Elasticsearch at {Host} can't be reached ({request.Name}): {Sentences.Inner(root?.Message ?? "no answer")}. Check "
                + $"elasticsearch.host and the network.{hint}",
            response.Failure
        );
    }

    // .NET says no more than that: the bytes that came are no record of TLS.
    private static bool IsNoTls(Exception cause) =>
        cause.Message.Contains("frame", StringComparison.OrdinalIgnoreCase)
        || cause.Message.Contains("packet format", StringComparison.OrdinalIgnoreCase);

    // The statuses that bulk calls are sent again for, by the same table.
    private static bool IsPassing(int status) => BulkStatus.ClassifyCall(status) == BulkAction.Retry;
}
