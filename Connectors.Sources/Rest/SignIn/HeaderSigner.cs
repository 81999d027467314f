using Connectors.Abstractions;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>The same header for all requests.</summary>
internal sealed class HeaderSigner(string name, Secret? value) : RequestSigner
{
    public override ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (value is not null)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value.Reveal());
        }

        return ValueTask.CompletedTask;
    }
}
