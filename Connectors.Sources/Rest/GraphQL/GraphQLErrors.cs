using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>A server of GraphQL says in its answer what is wrong, with status 200 or 400.</summary>
internal static class GraphQLErrors
{
    /// <summary>What the errors of an answer come to; <see langword="null"/> when there are none. Half an answer is none.</summary>
    public static ConnectorException? Of(JsonElement answer)
    {
        if (answer.Items("errors").Cast<JsonElement?>().FirstOrDefault() is not { } error)
        {
            return null;
        }

        var message = Sentences.Inner(error.Text("message") ?? "no reason");
        return
            error.Text("extensions", "code")
                is "INTERNAL_SERVER_ERROR"
                    or "SERVICE_UNAVAILABLE"
                    or "TIMEOUT"
                    or "THROTTLED"
                    or "RATE_LIMITED"
            ? new ConnectorException(FailureKind.Retry, $"The GraphQL server could not answer at the moment: {message}. It is retried.")
            : new ConnectorException(
                $"The GraphQL server does not answer the query: {message}. Check graphql_query and graphql_variables."
            );
    }

    /// <summary>The same for an answer of status 400.</summary>
    public static ConnectorException? Explain(RestResponse answer) =>
        answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity && answer.TryJson() is { } json ? Of(json) : null;
}
