using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Connectors.Abstractions;

namespace Connectors.Sources.Rest.HttpJson;

/// <summary>Words what a server answers, and what keeps it from answering. Bodies of answers are left out: they may repeat the
/// request.</summary>
internal static class HttpJsonErrors
{
    public static ConnectorException FromStatus(string place, HttpResponseMessage answer, TimeProvider clock)
    {
        var status = (int)answer.StatusCode;
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new ConnectorException(
                $"{place}: refuses the request ({status}). Check bearer_token and headers."
            ),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new ConnectorException(
                $"{place}: there is nothing at this address ({status}). Correct the field url."
            ),
            _ when status is 408 or 425 or 429 or >= 500 => new ConnectorException(
                FailureKind.Retry,
                $"{place}: could not answer at the moment ({status}). It is retried.",
                retryAfter: RetryAfter(answer, clock)
            ),
            _ => new ConnectorException(
                $"{place}: answers {status}, which is neither success nor an error that passes. Check url, paging and headers."
            ),
        };
    }

    public static ConnectorException Explain(string place, Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case ConnectorException known:
                    return known;
                case AuthenticationException:
                    return new ConnectorException($"{place}: its certificate is not trusted, or not made for its name.");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return new ConnectorException(FailureKind.Retry, $"{place}: the name can't be resolved. Check the field url.");
                case SocketException socket:
                    return new ConnectorException(
                        FailureKind.Retry,
                        $"{place}: can't be reached ({socket.SocketErrorCode}). Check the field url and the network."
                    );
                case OperationCanceledException:
                    return new ConnectorException(
                        FailureKind.Retry,
                        $"{place}: no answer in time. Raise request_timeout, or ask for smaller pages."
                    );
            }
        }

        return new ConnectorException(FailureKind.Retry, $"{place}: the connection broke.");
    }

    /// <summary>A place to go on from that another program, or another configuration, wrote.</summary>
    public static ConnectorException NoPlace(string text) => new($"'{text}' is no place in this source. Start the sync anew.");

    private static TimeSpan? RetryAfter(HttpResponseMessage answer, TimeProvider clock)
    {
        var wait = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return wait is null || wait < TimeSpan.Zero ? null : wait;
    }
}
