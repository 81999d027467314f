using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Limits;

namespace Connectors.Sources.Rest.Http;

/// <summary>
/// Words what a service answers, and what keeps it from answering. Bodies of answers and queries of addresses are left out: they may
/// repeat what the request said. The status goes with the exception, as its inner <see cref="HttpRequestException"/>.
/// </summary>
internal static class RestErrors
{
    /// <summary>The status that a failure comes from; <see langword="null"/> when it comes from something else.</summary>
    public static HttpStatusCode? StatusOf(ConnectorException failure) => (failure.InnerException as HttpRequestException)?.StatusCode;

    /// <summary>
    /// Whether a place can't be read while others can: it is closed to this user, or gone. A refusal because of a limit passes, and closes
    /// nothing.
    /// </summary>
    public static bool IsClosedPlace(ConnectorException failure) =>
        failure.Kind != FailureKind.Retry
        && StatusOf(failure) is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone;

    /// <summary>An address without its query, for messages.</summary>
    public static string Name(Uri address) => address.GetLeftPart(UriPartial.Path);

    /// <summary>The inner exception of a failure that comes from a status.</summary>
    public static HttpRequestException Cause(HttpStatusCode status) =>
        new(HttpRequestError.Unknown, $"status {(int)status}", inner: null, status);

    /// <summary>The exception for a service that asks to wait longer than a request may.</summary>
    /// <param name="place">The service as messages name it, with what it was asked for.</param>
    /// <param name="status">The status by which it asked.</param>
    /// <param name="wait">How long.</param>
    public static ConnectorException Throttled(string place, HttpStatusCode status, TimeSpan wait) =>
        Throttled(place, status, wait, Cause(status));

    /// <summary>The exception for a request that was not sent, because its host asks to be left alone for too long.</summary>
    public static ConnectorException HeldBack(RestClientOptions service, Uri address, TimeSpan wait) =>
        Throttled(PlaceOf(service, address), HttpStatusCode.TooManyRequests, wait, new HeldBackException());

    /// <summary>Whether a request failed because it was held back here. One that the service refused may be sent again.</summary>
    public static bool IsHeldBack(ConnectorException failure) => failure.InnerException is HeldBackException;

    /// <summary>The exception to throw for a final answer.</summary>
    public static ConnectorException FromStatus(RestClientOptions service, RestResponse answer, TimeSpan? wait)
    {
        if (service.Explain?.Invoke(answer) is { } known)
        {
            return known;
        }

        var (place, status) = (PlaceOf(service, answer.Address), (int)answer.Status);
        var cause = Cause(answer.Status);
        return answer.Status switch
        {
            _ when wait is { } pause => Throttled(place, answer.Status, pause),
            HttpStatusCode.Unauthorized => new ConnectorException(
                FailureKind.Fatal,
                $"{place}: refuses the sign-in (401). {service.SignInHint}",
                cause
            ),
            HttpStatusCode.Forbidden => new ConnectorException(
                FailureKind.Fatal,
                $"{place}: refuses permission (403). {service.PermissionHint}",
                cause
            ),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new ConnectorException(
                FailureKind.Fatal,
                $"{place}: there is nothing at this address ({status}). Check {service.AddressField}, and that what is named exists.",
                cause
            ),
            _ when IsPassing(answer.Status) => new ConnectorException(
                FailureKind.Retry,
                $"{place}: could not answer at the moment ({status}).",
                cause
            ),
            _ => new ConnectorException(
                FailureKind.Fatal,
                $"{place}: answers {status}, which is neither success nor an error that passes. Check the configuration.",
                cause
            ),
        };
    }

    /// <summary>The exception to throw for an address on another host, where the credentials are not meant to go.</summary>
    /// <param name="place">What leads there.</param>
    /// <param name="how">How: <c>the next page leads</c>.</param>
    /// <param name="address">Where it leads.</param>
    public static ConnectorException OtherHost(string place, string how, Uri address) =>
        new($"{place}: {how} to {address.Scheme}://{address.Authority}, another host, which is not followed.");

    /// <summary>Whether the same request may succeed a little later.</summary>
    public static bool IsPassing(HttpStatusCode status) => (int)status is 408 or 425 or 429 or >= 500;

    /// <summary>The exception to throw when there is no answer.</summary>
    public static ConnectorException Explain(RestClientOptions service, Uri address, Exception failure)
    {
        // A host that the service named is in no field either.
        var field = service.HasFixedHost || address.Host != service.Address.Host ? null : service.AddressField;
        var place = PlaceOf(service, address);
        return Unanswered(place, field, failure, service.LateHint)
            ?? new ConnectorException(FailureKind.Retry, $"{place}: the connection broke.{PlainHint(address, failure)}");
    }

    /// <summary>What kept a server from answering; <see langword="null"/> when that can't be told.</summary>
    /// <param name="place">The server as messages name it, with its address.</param>
    /// <param name="field">The field that names the host; <see langword="null"/> where none does.</param>
    /// <param name="failure">What happened.</param>
    /// <param name="lateHint">What to do when there is no answer in time; empty for nothing.</param>
    public static ConnectorException? Unanswered(string place, string? field, Exception failure, string lateHint = "")
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case ConnectorException known:
                    return known;
                case AuthenticationException tls when NetworkFailure.IsNoTls(tls):
                    return new ConnectorException($"{place}: what answers does not speak TLS.{(field is null ? "" : $" Check {field}.")}");
                case CertificateRefusedException { IsOfName: true } refused:
                    return new ConnectorException(
                        $"{place}: {refused.Message} "
                            + (
                                field is null
                                    ? "Something in between may answer in its place."
                                    : $"Write a name of the certificate in {field}, or have one made for this name."
                            )
                    );
                case CertificateRefusedException refused:
                    return new ConnectorException($"{place}: {refused.Message}");
                case AuthenticationException:
                    return new ConnectorException($"{place}: its certificate is not trusted, or not made for its name.");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return new ConnectorException(
                        FailureKind.Retry,
                        $"{place}: the name can't be resolved. "
                            + (field is null ? "Check this machine's network and DNS; no proxy is used." : $"Check {field}.")
                    );
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return new ConnectorException(
                        FailureKind.Retry,
                        $"{place}: refuses the connection. "
                            + (field is null ? "Check the network; no proxy is used." : $"Check {field}, and that the server runs.")
                    );
                case SocketException socket:
                    return new ConnectorException(
                        FailureKind.Retry,
                        $"{place}: can't be reached ({socket.SocketErrorCode}). "
                            + (field is null ? "Check the network; no proxy is used." : $"Check {field} and the network.")
                    );
                case OperationCanceledException:
                    var late = lateHint.Length == 0 ? "" : $" {lateHint}";
                    return new ConnectorException(FailureKind.Retry, $"{place}: no answer in time.{late}");
            }
        }

        return null;
    }

    private static string PlaceOf(RestClientOptions service, Uri address) => $"{service.Name} ({Name(address)})";

    private static ConnectorException Throttled(string place, HttpStatusCode status, TimeSpan wait, Exception cause) =>
        new(
            FailureKind.Retry,
            $"{place}: has had enough requests ({(int)status}) and asks to wait for "
                + $"{Quantity.Of((long)Math.Ceiling(wait.TotalSeconds), "second")}.",
            cause,
            wait
        );

    private static string PlainHint(Uri address, Exception failure) =>
        address.Scheme == Uri.UriSchemeHttp
        && NetworkFailure.Find<HttpRequestException>(failure)
            is { HttpRequestError: HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse }
            ? " If it speaks TLS there, write https:// instead of http://."
            : string.Empty;
}
