using System.Net;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Dropbox;

/// <summary>Dropbox says what is wrong in a path of tags (<c>path/not_found/..</c>), with status 409 for all that depends on the
/// call.</summary>
internal static class DropboxErrors
{
    /// <summary>The tags of an answer, without the random letters behind them; empty when there are none.</summary>
    public static string TagsOf(RestResponse answer) =>
        answer.TryJson()?.Text("error_summary") is { } summary && summary.LastIndexOf('/') is > 0 and var end
            ? summary[..end]
            : string.Empty;

    /// <summary>The failure that an answer reports; <see langword="null"/> when its status says enough.</summary>
    public static ConnectorException? Of(RestResponse answer)
    {
        var (tags, cause) = (TagsOf(answer), RestErrors.Cause(answer.Status));
        return answer.Status switch
        {
            HttpStatusCode.Conflict when tags.StartsWith("reset", StringComparison.Ordinal) => new ConnectorException(
                FailureKind.Fatal,
                "Dropbox has forgotten how far a listing was read. Start the sync again.",
                cause
            )
            {
                IsGone = true,
            },
            HttpStatusCode.Conflict when tags.StartsWith("path/", StringComparison.Ordinal) => new ConnectorException(
                FailureKind.Fatal,
                $"path: Dropbox can't open it ({tags}). Check that the folder exists and that the account may see it.",
                cause
            ),
            HttpStatusCode.Conflict => new ConnectorException(
                FailureKind.Fatal,
                $"Dropbox ({RestErrors.Name(answer.Address)}): refuses the call ({(tags.Length == 0 ? "409" : tags)}).",
                cause
            ),
            HttpStatusCode.Unauthorized when tags.StartsWith("missing_scope", StringComparison.Ordinal) => new ConnectorException(
                FailureKind.Fatal,
                $"Dropbox: the app lacks the permission {ScopeOf(answer)}. Tick it in the app console, and make a new refresh_token.",
                RestErrors.Cause(HttpStatusCode.Unauthorized)
            ),
            _ => null,
        };
    }

    private static string ScopeOf(RestResponse answer) => answer.TryJson()?.Text("error", "required_scope") ?? "that this call needs";
}
