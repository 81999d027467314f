using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>A token that lets in for a while.</summary>
/// <param name="Value">The token.</param>
/// <param name="ExpiresAt">When it ends; <see langword="null"/> when nobody said.</param>
internal sealed record AccessToken(Secret Value, DateTimeOffset? ExpiresAt);
