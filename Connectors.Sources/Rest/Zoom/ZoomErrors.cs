using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Zoom;

/// <summary>Zoom says what is wrong by a code in the body.</summary>
internal static class ZoomErrors
{
    private const string MissingScope = "4711";

    /// <summary>What an answer comes to; <see langword="null"/> when its status says enough.</summary>
    public static ConnectorException? Of(RestResponse answer) =>
        (int)answer.Status == 400 && answer.TryJson()?.Text("code") == MissingScope
            ? new ConnectorException(
                FailureKind.Fatal,
                $"Zoom ({RestErrors.Name(answer.Address)}): the app lacks a scope for this call. Add those that docs/sources/zoom.md "
                    + "lists.",
                RestErrors.Cause(answer.Status)
            )
            : null;
}
