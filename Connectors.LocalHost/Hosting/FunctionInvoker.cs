using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Connectors.LocalHost.Hosting;

/// <summary>Calls functions: makes their class from the app's services, gives their parameters values, and waits for what they
/// return.</summary>
internal sealed class FunctionInvoker(Func<DurableTaskClient> client)
{
    /// <param name="services">Of this run's scope.</param>
    /// <param name="own">The value of a parameter that not every function may have.</param>
    /// <returns>What the function, or the task that it returned, gave; null for nothing.</returns>
    public async Task<object?> InvokeAsync(
        LocalFunction function,
        IServiceProvider services,
        Func<ParameterInfo, object?> own,
        CancellationToken cancellationToken
    )
    {
        var context = new LocalFunctionContext(function, services, cancellationToken);
        var target = function.Method.IsStatic
            ? null
            : ActivatorUtilities.GetServiceOrCreateInstance(services, function.Method.DeclaringType!);
        var arguments = function
            .Method.GetParameters()
            .Select(item =>
                function.IsTrigger(item) ? own(item)
                : item.ParameterType == typeof(CancellationToken) ? cancellationToken
                : item.ParameterType == typeof(FunctionContext) ? context
                : item.ParameterType == typeof(DurableTaskClient) ? client()
                : own(item)
            )
            .ToArray();
        return await WaitAsync(function.Method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null));
    }

    private static async Task<object?> WaitAsync(object? returned)
    {
        if (
            returned is not null
            && returned.GetType() is { IsGenericType: true } type
            && type.GetGenericTypeDefinition() == typeof(ValueTask<>)
        )
        {
            returned = type.GetMethod(nameof(ValueTask<>.AsTask))!.Invoke(returned, null);
        }

        switch (returned)
        {
            case ValueTask plain:
                await plain;
                return null;
            case Task task:
                await task;

                // A method that returns Task gives back a Task<VoidTaskResult>.
                return task.GetType().GetProperty("Result") is { } result && result.PropertyType.Name != "VoidTaskResult"
                    ? result.GetValue(task)
                    : null;
            default:
                return returned;
        }
    }
}
