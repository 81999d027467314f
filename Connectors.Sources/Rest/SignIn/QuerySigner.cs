using Connectors.Abstractions;
using Connectors.Sources.Rest.Paging;

namespace Connectors.Sources.Rest.SignIn;

/// <summary>The same query parameter for all requests.</summary>
internal sealed class QuerySigner(string name, Secret value) : RequestSigner
{
    public override ValueTask SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = PageAddress.With(request.RequestUri!, name, value.Reveal());
        return ValueTask.CompletedTask;
    }
}
