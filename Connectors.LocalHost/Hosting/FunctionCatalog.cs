using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Connectors.LocalHost.Hosting;

/// <summary>The functions of an app, by name without regard to case.</summary>
internal sealed class FunctionCatalog
{
    private readonly Dictionary<string, LocalFunction> _functions;

    private FunctionCatalog(Dictionary<string, LocalFunction> functions) => _functions = functions;

    public IEnumerable<LocalFunction> All => _functions.Values;

    /// <summary>Finds the public methods with <see cref="FunctionAttribute"/>.</summary>
    /// <exception cref="InvalidOperationException">There are none, or some can't be run; the message names all of those.</exception>
    public static FunctionCatalog Of(IEnumerable<Type> types)
    {
        var functions = new Dictionary<string, LocalFunction>(StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();
        foreach (
            var method in types.SelectMany(type =>
                type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            )
        )
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { } attribute)
            {
                continue;
            }

            var triggers = method
                .GetParameters()
                .Select(item => (Parameter: item, Trigger: item.GetCustomAttribute<TriggerBindingAttribute>()))
                .Where(item => item.Trigger is not null)
                .ToList();
            if (triggers.Count != 1)
            {
                problems.Add($"function '{attribute.Name}': it needs exactly one parameter with a trigger, and has {triggers.Count}");
                continue;
            }

            var function = new LocalFunction(attribute.Name, method, triggers[0].Parameter, triggers[0].Trigger!);
            if (
                (
                    function.Problem
                    ?? (functions.TryAdd(function.Name, function) ? null : $"function '{function.Name}': there are two of this name")
                ) is
                { } problem
            )
            {
                problems.Add(problem);
            }
        }

        return problems.Count > 0 ? throw new InvalidOperationException($"The app can't be run: {string.Join("; ", problems)}.")
            : functions.Count == 0
                ? throw new InvalidOperationException("The app can't be run: none of its types has a public method with [Function].")
            : new FunctionCatalog(functions);
    }

    /// <summary>The function of this name that <typeparamref name="TTrigger"/> runs; null when there is none.</summary>
    public LocalFunction? Find<TTrigger>(string name)
        where TTrigger : TriggerBindingAttribute =>
        _functions.TryGetValue(name, out var function) && function.Trigger is TTrigger ? function : null;
}
