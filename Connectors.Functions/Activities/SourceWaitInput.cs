namespace Connectors.Functions.Activities;

/// <summary>The wait before a step that asks the source is done again.</summary>
/// <param name="Until">When it is done again.</param>
/// <param name="Reason">Why it failed, in short words.</param>
/// <param name="Limit">Until when it is done again and again.</param>
public sealed record SourceWaitInput(DateTime Until, string Reason, DateTime? Limit);
