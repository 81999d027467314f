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

/// <summary>The one way in which a request is answered: with the connected app, or with the problem that it has.</summary>
public sealed class ApiRunner(ConnectorApp app, ILogger<ApiRunner> logger)
{
    /// <summary>Answers a request.</summary>
    internal async Task<IActionResult> RunAsync(string function, Func<AppServices, Task<IActionResult>> answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (app.Problems.Count > 0)
        {
            return ApiAnswer.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "The app is not configured",
                string.Join(" ", app.Problems),
                ("problems", new JsonArray([.. app.Problems.Select(problem => JsonValue.Create(problem))])));
        }

        try
        {
            return await answer(await app.ReadyAsync(cancellationToken));
        }
        catch (ConnectorException failure)
        {
            OrchestrationLog.Failed(logger, function, failure.Message);
            return ApiAnswer.Of(ConnectorApi.Failed(failure));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            OrchestrationLog.Broke(logger, Redactor.Redact(failure), function, UnexpectedError.IdOf(failure));
            return ApiAnswer.Problem(StatusCodes.Status500InternalServerError, "Something failed that should not have", UnexpectedError.Message(failure));
        }
    }
}
