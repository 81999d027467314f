using System.Reflection;
using Connectors.LocalHost.Durable;
using Connectors.LocalHost.Durable.Replay;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace Connectors.LocalHost.Hosting;

/// <summary>The app's orchestrators and activities.</summary>
internal sealed class DurableFunctions(FunctionCatalog catalog, FunctionInvoker invoker, IServiceProvider services, DataConverter converter)
    : IDurableFunctions
{
    public Orchestrator? FindOrchestrator(string name) =>
        catalog.Find<OrchestrationTriggerAttribute>(name) is { } function ? context => RunAsync(function, context) : null;

    public async Task<string?> RunActivityAsync(string name, string? input, CancellationToken cancellationToken)
    {
        var function = catalog.Find<ActivityTriggerAttribute>(name)
            ?? throw new UnknownFunctionException($"There is no activity '{name}' in this app.");
        await using var scope = services.CreateAsyncScope();
        var argument = Argument(function.TriggerParameter.ParameterType, type => converter.Deserialize(input, type));
        return converter.Serialize(await invoker.InvokeAsync(function, scope.ServiceProvider, _ => argument, cancellationToken));
    }

    // A run that its orchestrator does not end leaves its scope to the garbage collector, and so must every service be used in an
    // orchestrator.
    private async Task<object?> RunAsync(LocalFunction function, TaskOrchestrationContext context)
    {
        await using var scope = services.CreateAsyncScope();
        return await invoker.InvokeAsync(
            function,
            scope.ServiceProvider,
            parameter => function.IsTrigger(parameter) ? context : Argument(parameter.ParameterType, type => Input(context, type)),
            CancellationToken.None
        );
    }

    private static object? Input(TaskOrchestrationContext context, Type type) =>
        typeof(TaskOrchestrationContext)
            .GetMethod(nameof(TaskOrchestrationContext.GetInput))!
            .MakeGenericMethod(type)
            .Invoke(context, BindingFlags.DoNotWrapExceptions, null, null, null);

    private static object? Argument(Type type, Func<Type, object?> read) =>
        read(type) ?? (type.IsValueType ? Activator.CreateInstance(type) : null);
}
