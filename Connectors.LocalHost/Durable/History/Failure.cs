using Microsoft.DurableTask;

namespace Connectors.LocalHost.Durable.History;

/// <summary>An exception as it is kept in a history.</summary>
/// <param name="Type">Full name of the exception's type.</param>
/// <param name="IsFinal">No retry policy tries again: there is no such function.</param>
internal sealed record Failure(string Type, string Message, string? StackTrace = null, Failure? Inner = null, bool IsFinal = false)
{
    /// <summary>An exception of an activity or an orchestrator.</summary>
    public static Failure Of(Exception exception) =>
        new(
            exception.GetType().ToString(),
            exception.Message,
            exception.StackTrace,
            exception is TaskFailedException task ? Of(task.FailureDetails)
                : exception.InnerException is { } inner ? Of(inner)
                : null
        );

    /// <summary>What an orchestrator sees of it.</summary>
    public TaskFailureDetails ToDetails() => new(Type, Message, StackTrace, Inner?.ToDetails(), null);

    private static Failure Of(TaskFailureDetails details) =>
        new(details.ErrorType, details.ErrorMessage, details.StackTrace, details.InnerFailure is { } inner ? Of(inner) : null);
}
