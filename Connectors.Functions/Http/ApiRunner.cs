using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Functions.Orchestrations;
using Connectors.Sync.Api;
using Connectors.Sync.Service;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace Connectors.Functions.Http;

/// <summary>Handles requests with the connected app, or responds with its problem.</summary>
public sealed class ApiRunner(ConnectorApp app, ILogger<ApiRunner> logger)
{
    /// <summary>Answers a request to an address without parameters.</summary>
    internal Task<IActionResult> RunAsync(
        string function,
        HttpRequest request,
        Func<AppServices, Task<IActionResult>> answer,
        CancellationToken cancellationToken
    ) => RunAsync(function, request, QueryParameters.None, answer, cancellationToken);

    /// <summary>Answers a request.</summary>
    internal async Task<IActionResult> RunAsync(
        string function,
        HttpRequest request,
        IReadOnlyList<string> parameters,
        Func<AppServices, Task<IActionResult>> answer,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (app.Problems.Count > 0)
        {
            return ApiResponse.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "The app is not configured",
                string.Join(" ", app.Problems),
                ("problems", new JsonArray([.. app.Problems.Select(problem => JsonValue.Create(problem))]))
            );
        }

        if (QueryParameters.Problem(request.Query.Keys, parameters) is { } unknown)
        {
            return ApiResponse.Of(unknown);
        }

        try
        {
            return await answer(await app.ReadyForRequestAsync(cancellationToken));
        }
        catch (ConnectorException failure)
        {
            OrchestrationLog.Failed(logger, function, failure.Message);
            return ApiResponse.Of(ConnectorApi.Failed(failure));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            OrchestrationLog.Broke(logger, Redactor.Redact(failure), function, UnexpectedError.IdOf(failure));
            return ApiResponse.Problem(StatusCodes.Status500InternalServerError, "Unexpected error", UnexpectedError.Message(failure));
        }
    }
}
