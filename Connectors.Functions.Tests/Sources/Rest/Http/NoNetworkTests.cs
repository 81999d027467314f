using System.Net.Sockets;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources;
using Connectors.Sync.Sources;
using Connectors.Tests.Security;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Http;

/// <summary>What every source that speaks HTTP says on a machine without a network, by each way of signing in. A new source is in it by
/// itself.</summary>
public sealed class NoNetworkTests
{
    private static readonly SourceCatalog Catalog = new(
        BuiltInSources.Classes,
        Path.GetTempPath(),
        NullLoggerFactory.Instance,
        TimeProvider.System
    );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases => MarkedRestSourcesTests.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TheHostThatIsNotFoundIsNamedAndTheFieldOnlyWhereItNamesTheHost(string serviceType, string signIn)
    {
        var way = MarkedConnectors.SignInsOf(serviceType).First(way => MarkedConnectors.Name(way) == signIn);
        var configuration = MarkedConnectors.Of(serviceType, 1, isTls: true, "c", way)["configuration"]!.AsObject();
        var fields = Catalog.Describe(serviceType).Fields;
        using var network = new NoNetwork();
        await using var source = (IDataSource)
            Activator.CreateInstance(
                Type.GetType(BuiltInSources.Classes[serviceType], throwOnError: true)!,
                new SourceContext
                {
                    Settings = SourceSettings.FromConfiguration(configuration, fields),
                    LoggerFactory = NullLoggerFactory.Instance,
                    TimeProvider = new FastForwardTimeProvider(TimeSpan.FromSeconds(61)),
                    HttpHandler = () => network,
                }
            )!;

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Token));

        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Contains($"({network.Asked!.GetLeftPart(UriPartial.Authority)}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("): the name can't be resolved. Check ", failure.Message, StringComparison.Ordinal);
        var named = fields.FirstOrDefault(field => failure.Message.EndsWith($" Check {field.Name}.", StringComparison.Ordinal));
        if (named is null)
        {
            Assert.EndsWith(" Check this machine's network and DNS; no proxy is used.", failure.Message, StringComparison.Ordinal);
        }

        // The field's value is the host's address, or the first part of its name.
        Assert.Equal(
            fields.Any(field => Names(configuration[field.Name]?["value"], network.Asked)),
            named is not null && Names(configuration[named.Name]?["value"], network.Asked)
        );
    }

    private static bool Names(JsonNode? value, Uri asked) =>
        value is JsonValue text
        && text.TryGetValue<string>(out var name)
        && name.Length > 0
        && (
            Uri.TryCreate(name, UriKind.Absolute, out var address)
                ? address.Host == asked.Host
                : asked.Host.StartsWith($"{name}.", StringComparison.OrdinalIgnoreCase)
        );

    private sealed class NoNetwork : HttpMessageHandler
    {
        public Uri? Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = request.RequestUri;
            throw new HttpRequestException(
                HttpRequestError.NameResolutionError,
                "Name or service not known",
                new SocketException((int)SocketError.HostNotFound)
            );
        }
    }
}
