using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>The same headers for all requests.</summary>
internal sealed class HeadersSigner(IReadOnlyList<(string Name, Secret Value)> headers) : RequestSigner
{
    public override ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value.Reveal());
        }

        return ValueTask.CompletedTask;
    }
}
