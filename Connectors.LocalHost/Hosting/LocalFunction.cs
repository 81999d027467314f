using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Connectors.LocalHost.Hosting;

/// <summary>A method with <see cref="FunctionAttribute"/>.</summary>
/// <param name="TriggerParameter">The parameter that says what runs it.</param>
internal sealed record LocalFunction(string Name, MethodInfo Method, ParameterInfo TriggerParameter, TriggerBindingAttribute Trigger)
{
    /// <summary>Of an orchestrator: the parameter that takes its input, if there is one.</summary>
    public ParameterInfo? InputParameter =>
        Trigger is OrchestrationTriggerAttribute
            ? Method.GetParameters().FirstOrDefault(item => !IsTrigger(item) && !IsOffered(item))
            : null;

    /// <summary>Of an HTTP function: its path, without a slash at the start.</summary>
    public string Route => "api/" + ((Trigger as HttpTriggerAttribute)?.Route ?? Name).TrimStart('/');

    private IEnumerable<string> RouteParameters =>
        Trigger is HttpTriggerAttribute ? RoutePatternFactory.Parse(Route).Parameters.Select(item => item.Name) : [];

    /// <summary>What is wrong with it, in a sentence; null when it can be run.</summary>
    public string? Problem
    {
        get
        {
            var type = TriggerParameter.ParameterType;
            var unbound = Method
                .GetParameters()
                .FirstOrDefault(item =>
                    !IsTrigger(item) && !IsOffered(item) && item.Position != InputParameter?.Position && !TakesFromRoute(item)
                );
            return Trigger switch
            {
                HttpTriggerAttribute when type != typeof(HttpRequest) =>
                    $"function '{Name}': [HttpTrigger] needs a parameter of type HttpRequest, not {type.Name}",
                TimerTriggerAttribute when type != typeof(TimerInfo) =>
                    $"function '{Name}': [TimerTrigger] needs a parameter of type TimerInfo, not {type.Name}",
                OrchestrationTriggerAttribute when type != typeof(TaskOrchestrationContext) =>
                    $"function '{Name}': [OrchestrationTrigger] needs a parameter of type TaskOrchestrationContext, not {type.Name}",
                HttpTriggerAttribute or TimerTriggerAttribute or OrchestrationTriggerAttribute or ActivityTriggerAttribute => unbound
                    is null
                    ? null
                    : $"function '{Name}': nothing gives a value to parameter '{unbound.Name}' of type {unbound.ParameterType.Name}",
                _ => $"function '{Name}': the local host knows no {Trigger.GetType().Name}",
            };
        }
    }

    /// <summary>Whether a parameter is the trigger's. Reflection may give other objects for the same parameters when two threads ask for
    /// them at the same time.</summary>
    public bool IsTrigger(ParameterInfo parameter) => parameter.Position == TriggerParameter.Position;

    /// <summary>Whether a parameter gets its value from the route of the request.</summary>
    public bool TakesFromRoute(ParameterInfo parameter) => RouteParameters.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase);

    // Every function may have these.
    private static bool IsOffered(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(CancellationToken)
        || parameter.ParameterType == typeof(FunctionContext)
        || (parameter.ParameterType == typeof(DurableTaskClient) && parameter.IsDefined(typeof(DurableClientAttribute), inherit: false));
}
