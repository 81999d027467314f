using System.Net;
using System.Security.Authentication;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.S3;

/// <summary>
/// Words what S3 answers. The answer's own text is left out, and so is the exception: with a wrong signature S3 sends back parts of the
/// request that have no place in a log.
/// </summary>
internal static class S3Errors
{
    /// <summary>Whether it is a failure of S3, the network to it or the credentials.</summary>
    public static bool IsServiceFailure(Exception failure, CancellationToken cancellationToken) =>
        failure switch
        {
            ConnectorException => false,
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            _ => failure
                is AmazonServiceException
                    or AmazonClientException
                    or HttpRequestException
                    or IOException
                    or TimeoutException
                    or XmlException
                    or FormatException,
        };

    /// <summary>Whether the bucket may not be read, or is gone.</summary>
    public static bool IsInaccessible(Exception failure) =>
        failure is AmazonS3Exception { ErrorCode: "AccessDenied" or "AllAccessDisabled" or "NoSuchBucket" or "Forbidden" };

    /// <summary>The exception to throw for a failure.</summary>
    /// <param name="doing">What was tried: <c>list the bucket 'a'</c>.</param>
    /// <param name="failure">What came of it.</param>
    public static ConnectorException Explain(string doing, Exception failure)
    {
        if (failure is XmlException or FormatException)
        {
            return new ConnectorException(
                $"What answers at the endpoint is not S3: its answer can't be read, trying to {doing}. Correct the field endpoint_url."
            );
        }

        if (failure is not AmazonServiceException answer || (int)answer.StatusCode < 100)
        {
            return IsCredentials(failure)
                ? new ConnectorException(
                    "There are no AWS credentials. Set aws_access_key_id and aws_secret_access_key, or give the service an identity of "
                        + "its own."
                )
                : new ConnectorException(
                    NetworkFailure.Find<AuthenticationException>(failure) is null ? FailureKind.Retry : FailureKind.Fatal,
                    $"S3 could not be reached to {doing} ({Cause(failure)}). Check the endpoint, the network and the timeouts."
                );
        }

        var status = (int)answer.StatusCode;
        return answer.ErrorCode switch
        {
            "InvalidAccessKeyId" => new ConnectorException(
                "aws_access_key_id: S3 does not know this access key. Correct it, or make a new key."
            ),
            "SignatureDoesNotMatch" => new ConnectorException(
                "aws_secret_access_key: it does not belong to the access key id. Enter the secret key again."
            ),
            "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => new ConnectorException(
                "S3 refuses the credentials because they have expired. Renew them."
            ),
            "RequestTimeTooSkewed" => new ConnectorException("S3 refuses requests because this machine's clock is wrong. Set it."),
            "NoSuchBucket" => new ConnectorException($"S3 can't {doing}: there is no such bucket. Correct the field buckets."),
            "InvalidBucketName" => new ConnectorException(
                $"S3 can't {doing}: that is not the name of a bucket. Correct the field buckets."
            ),
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" => new ConnectorException(
                $"S3 can't {doing}: it is in another region. Set the field region to the bucket's."
            ),
            "SlowDown"
            or "RequestTimeout"
            or "InternalError"
            or "ServiceUnavailable"
            or "Throttling"
            or "RequestLimitExceeded"
            or "OperationAborted" => Passing(doing, answer, status),
            _ when status is 429 or >= 500 => Passing(doing, answer, status),
            _ when answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => new ConnectorException(
                $"S3 refuses to {doing} (AccessDenied). Grant the credentials s3:ListAllMyBuckets, s3:GetBucketLocation, s3:ListBucket "
                    + "and s3:GetObject as docs/sources/s3.md shows."
            ),
            var code => new ConnectorException($"S3 can't {doing}: it answers {status} {code}."),
        };
    }

    /// <summary>The exception for a failure to read one object: what concerns only that object spoils only its content.</summary>
    public static ConnectorException ExplainObject(string place, Exception failure)
    {
        var known = Explain($"read '{place}'", failure);
        if (known.Kind == FailureKind.Retry || failure is not AmazonS3Exception answer)
        {
            return known;
        }

        if (answer.ErrorCode is "NoSuchKey" or "NotFound" or "MethodNotAllowed")
        {
            // The last: its latest version is a deletion.
            return new ConnectorException(FailureKind.Skip, $"{place}: no longer there") { IsGone = true };
        }

        var reason = answer.ErrorCode switch
        {
            "InvalidObjectState" => "it is archived; restore it first",
            "AccessDenied" or "Forbidden" =>
                "the credentials may not read it (s3:GetObject, and kms:Decrypt if it is encrypted with a key)",
            _ when answer.ErrorCode?.StartsWith("KMS", StringComparison.Ordinal) == true => "its encryption key can't be used",
            _ => null,
        };
        return reason is null ? known : new ConnectorException(FailureKind.Skip, $"{place}: can't be read: {reason}");
    }

    private static ConnectorException Passing(string doing, AmazonServiceException answer, int status) =>
        new(FailureKind.Retry, $"S3 could not {doing} at the moment ({status} {answer.ErrorCode}).");

    private static bool IsCredentials(Exception failure) =>
        failure is AmazonClientException && failure.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase);

    private static string Cause(Exception failure)
    {
        for (var cause = failure; ; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return "its name can't be resolved";
                case AuthenticationException tls:
                    return NetworkFailure.Cause(tls);
                case System.Net.Sockets.SocketException socket:
                    return socket.SocketErrorCode.ToString();
                case OperationCanceledException or TimeoutException when cause.InnerException is null:
                    return "no answer in time";
            }

            if (cause.InnerException is null)
            {
                return "the connection broke";
            }
        }
    }
}
