using System.ComponentModel;
using System.Reflection;
using Connectors.Abstractions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Connectors.LocalHost.Hosting;

/// <summary>HTTP functions under <c>/api/</c>, and <c>POST /admin/functions/NAME</c>, which fires a timer. Function keys are not asked for,
/// as Core Tools doesn't.</summary>
internal sealed class HttpFunctions(FunctionCatalog catalog, FunctionInvoker invoker, ILogger logger, CancellationToken stopping)
{
    /// <param name="fire">Starts a run of a timer function; false when there is no timer of that name.</param>
    public void Map(WebApplication app, Func<string, bool> fire)
    {
        foreach (var function in catalog.All)
        {
            if (function.Trigger is HttpTriggerAttribute trigger)
            {
                RequestDelegate run = http => RunAsync(function, http);
                _ = trigger.Methods is { Length: > 0 } methods
                    ? app.MapMethods(function.Route, methods.Select(item => item.ToUpperInvariant()), run)
                    : app.Map(function.Route, run);
            }
        }

        app.MapPost("admin/functions/{name}", http =>
        {
            http.Response.StatusCode = fire((string)http.Request.RouteValues["name"]!)
                ? StatusCodes.Status202Accepted
                : StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    private async Task RunAsync(LocalFunction function, HttpContext http)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        try
        {
            var result = await invoker.InvokeAsync(
                function,
                http.RequestServices,
                parameter => Argument(function, parameter, http),
                either.Token
            );
            await WriteAsync(result, http);
        }
        catch (FormatException e)
        {
            await WriteAsync(new BadRequestObjectResult(e.Message), http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
        }
#pragma warning disable CA1031 // The real host answers so, whatever a function throws.
        catch (Exception e) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            logger.LogError(Redactor.Redact(e), "Function {Function} failed: {Message}", function.Name, Redactor.Redact(e.Message));
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static object? Argument(LocalFunction function, ParameterInfo parameter, HttpContext http)
    {
        if (function.IsTrigger(parameter))
        {
            return http.Request;
        }

        var text = http.Request.RouteValues[parameter.Name!] as string;
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (text is null || type == typeof(string))
        {
            return text ?? (parameter.HasDefaultValue ? parameter.DefaultValue : null);
        }

        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{text}' is no {type.Name} for '{parameter.Name}'.", e);
        }
    }

    private static Task WriteAsync(object? result, HttpContext http) =>
        result switch
        {
            null => Task.CompletedTask,
            IResult item => item.ExecuteAsync(http),
            IActionResult item => item.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
            _ => new OkObjectResult(result).ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        };
}
