using System.Net.Sockets;
using System.Security.Authentication;
using System.Xml;
using Azure;
using Azure.Identity;
using Connectors.Abstractions;

namespace Connectors.Sources.ObjectStores.AzureBlobs;

/// <summary>Words what Azure answers. The answer's own text is left out, and so is the exception: they repeat headers of the
/// request.</summary>
internal static class AzureBlobErrors
{
    /// <summary>Whether it is a failure of the service, the network to it or the credentials.</summary>
    public static bool IsServiceFailure(Exception failure, CancellationToken cancellationToken) =>
        failure switch
        {
            ConnectorException => false,
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            AggregateException several => several.InnerExceptions.All(item => IsServiceFailure(item, cancellationToken)),
            _ => failure
                is RequestFailedException
                    or AuthenticationFailedException
                    or HttpRequestException
                    or IOException
                    or TimeoutException
                    or XmlException
                    or FormatException,
        };

    /// <summary>Whether the container may not be read, or is gone.</summary>
    public static bool IsInaccessible(RequestFailedException failure) =>
        failure.ErrorCode
            is "ContainerNotFound"
                or "ContainerBeingDeleted"
                or "AuthorizationPermissionMismatch"
                or "AuthorizationFailure"
                or "InsufficientAccountPermissions";

    /// <summary>The exception to throw for a failure.</summary>
    /// <param name="doing">What was tried: <c>list the container 'a'</c>.</param>
    /// <param name="failure">What came of it.</param>
    public static ConnectorException Explain(string doing, Exception failure)
    {
        while (failure is AggregateException { InnerExceptions.Count: > 0 } several)
        {
            failure = several.InnerExceptions[^1];
        }

        if (failure is XmlException or FormatException)
        {
            return new ConnectorException(
                $"What answers at the endpoint is not Azure Blob Storage: its answer can't be read, trying to {doing}. Correct the field "
                    + "blob_endpoint."
            );
        }

        if (failure is AuthenticationFailedException)
        {
            return new ConnectorException(
                "The service has no identity that Azure knows. Set account_key, or give the service a managed identity with the role "
                    + "Storage Blob Data Reader."
            );
        }

        if (failure is not RequestFailedException { Status: > 0 } answer)
        {
            return new ConnectorException(
                NetworkFailure.Find<AuthenticationException>(failure) is null ? FailureKind.Retry : FailureKind.Fatal,
                $"Azure Blob Storage could not be reached to {doing} ({Cause(failure)}). Check account_name, blob_endpoint and the network."
            );
        }

        return answer.ErrorCode switch
        {
            "AuthenticationFailed" or "InvalidAuthenticationInfo" => new ConnectorException(
                "account_key: Azure refuses it. Check account_name and account_key, and this machine's clock."
            ),
            "ContainerNotFound" => new ConnectorException(
                $"Azure can't {doing}: there is no such container. Correct the field containers."
            ),
            "InvalidResourceName" or "OutOfRangeInput" => new ConnectorException(
                $"Azure can't {doing}: that is not the name of a container. Correct the field containers."
            ),
            _ when IsInaccessible(answer) || answer.Status is 401 or 403 => new ConnectorException(
                $"Azure refuses to {doing} ({answer.ErrorCode}). Check account_name and account_key, or give the identity the role "
                    + "Storage Blob Data Reader, and let the account's firewall pass this machine."
            ),
            _ when answer.Status is 408 or 429 or >= 500 || answer.ErrorCode is "ContainerBeingDeleted" => new ConnectorException(
                FailureKind.Retry,
                $"Azure could not {doing} at the moment ({answer.Status} {answer.ErrorCode})."
            ),
            _ => new ConnectorException($"Azure can't {doing}: it answers {answer.Status} {answer.ErrorCode}."),
        };
    }

    /// <summary>The exception for a failure to read one blob: what concerns only that blob spoils only its content.</summary>
    public static ConnectorException ExplainBlob(string place, Exception failure)
    {
        var code = (failure as RequestFailedException)?.ErrorCode;
        if (code is "BlobNotFound" or "ResourceNotFound" or "ContainerNotFound")
        {
            return new ConnectorException(FailureKind.Skip, $"{place}: no longer there") { IsGone = true };
        }

        var reason = code switch
        {
            "BlobArchived" or "BlobBeingRehydrated" => "it is archived",
            "BlobUsesCustomerSpecifiedEncryption" => "it is encrypted with a key that Azure does not keep",
            "AuthorizationPermissionMismatch" or "AuthorizationFailure" => "it may not be read",
            "UnauthorizedBlobOverwrite" or "InvalidOperation" => "it can't be read in its present state",
            _ => null,
        };
        return reason is null
            ? Explain($"read '{place}'", failure)
            : new ConnectorException(FailureKind.Skip, $"{place}: can't be read: {reason}");
    }

    private static string Cause(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return "its name can't be resolved";
                case AuthenticationException tls:
                    return NetworkFailure.Cause(tls);
                case SocketException socket:
                    return socket.SocketErrorCode.ToString();
                case OperationCanceledException or TimeoutException:
                    return "no answer in time";
            }
        }

        return "the connection broke";
    }
}
