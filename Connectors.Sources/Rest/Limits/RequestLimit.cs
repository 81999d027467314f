namespace Connectors.Sources.Rest.Limits;

/// <summary>What a request counts for, where a service limits each of its methods on its own.</summary>
/// <param name="Name">A name for all requests that are counted together: host and path.</param>
/// <param name="Spacing">The least time between the beginnings of two of them.</param>
internal readonly record struct RequestLimit(string Name, TimeSpan Spacing);
