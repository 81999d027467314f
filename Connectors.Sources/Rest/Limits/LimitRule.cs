using Connectors.Sources.Rest.Http;

namespace Connectors.Sources.Rest.Limits;

/// <summary>How one service says that it has had enough. Pure.</summary>
/// <param name="answer">Any answer, a successful one too.</param>
/// <param name="now">The time.</param>
/// <returns>How long to wait before the request is sent again, when the answer is a refusal because of a limit; else
/// <see langword="null"/>.</returns>
internal delegate TimeSpan? LimitRule(RestResponse answer, DateTimeOffset now);
