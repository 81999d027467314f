using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.GraphQL;

/// <summary>A server of GraphQL says in its answer what is wrong, with status 200 or 400. It may repeat what it was sent.</summary>
/// <param name="secrets">The values of headers, which no message repeats.</param>
internal sealed class GraphQLErrors(IReadOnlyList<Secret> secrets)
{
    private readonly IReadOnlyList<string> _hidden =
    [
        // Of "Bearer abc" the second word, too.
        .. secrets
            .Select(secret => secret.Reveal())
            .SelectMany(value => (string[])[value, value.Split(' ')[^1]])
            .Where(value => value.Length > 3),
    ];

    /// <summary>What the errors of an answer come to; <see langword="null"/> when there are none. Half an answer is none.</summary>
    public ConnectorException? Of(JsonElement answer)
    {
        if (answer.Items("errors").Cast<JsonElement?>().FirstOrDefault() is not { } error)
        {
            return null;
        }

        var message = Sentences.Inner(Hidden(error.Text("message") ?? "no reason"));
        return
            error.Text("extensions", "code")
                is "INTERNAL_SERVER_ERROR"
                    or "SERVICE_UNAVAILABLE"
                    or "TIMEOUT"
                    or "THROTTLED"
                    or "RATE_LIMITED"
            ? new ConnectorException(FailureKind.Retry, $"The GraphQL server could not answer at the moment: {message}.")
            : new ConnectorException(
                $"The GraphQL server does not answer the query: {message}. Check graphql_query and graphql_variables."
            );
    }

    /// <summary>The same for an answer of status 400.</summary>
    public ConnectorException? Explain(RestResponse answer) =>
        answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity && answer.TryJson() is { } json ? Of(json) : null;

    private string Hidden(string message) =>
        _hidden.Aggregate(message, (text, secret) => text.Replace(secret, Redactor.Mask, StringComparison.Ordinal));
}
