using Connectors.Abstractions;
using Connectors.Functions.Hosting;
using Connectors.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Connectors.Tests.Functions;

/// <summary>An app setting for which Azure could not read the secret holds the reference itself.</summary>
public sealed class KeyVaultReferenceTests : IDisposable
{
    private readonly TemporaryFolder _staging = new();

    public void Dispose() => _staging.Dispose();

    [Theory]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://kv-conn-1.vault.azure.net/secrets/elasticsearch-api-key)")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://kv-conn-1.vault.azure.net/secrets/elasticsearch-api-key/0123456789abcdef)")]
    [InlineData("@Microsoft.KeyVault(VaultName=kv-conn-1;SecretName=elasticsearch-api-key)")]
    [InlineData("@microsoft.keyvault(SecretName=elasticsearch-api-key;SecretVersion=1;VaultName=kv-conn-1)")]
    public async Task TheAppIsNotConfiguredAndSaysWhichSecretIsMissing(string reference)
    {
        await using var app = App(("Connectors__elasticsearch__api_key", reference));
        var problem = Assert.Single(app.Problems);
        Assert.StartsWith(
            "Connectors__elasticsearch__api_key: Azure could not read the secret elasticsearch-api-key of the Key Vault kv-conn-1.",
            problem,
            StringComparison.Ordinal
        );
        Assert.Contains("refresh the references", problem, StringComparison.Ordinal);
        var failure = Assert.Throws<ConnectorException>(() => app.Services);
        Assert.Contains("elasticsearch-api-key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EverySuchSettingIsNamedAlsoOneThatConfigYmlReads()
    {
        await using var app = App(
            ("MONGODB_PASSWORD", "@Microsoft.KeyVault(nothing)"),
            ("AzureWebJobsStorage", "@Microsoft.KeyVault(VaultName=kv;SecretName=storage)")
        );
        Assert.Equal(2, app.Problems.Count);
        Assert.StartsWith(
            "AzureWebJobsStorage: Azure could not read the secret storage of the Key Vault kv.",
            app.Problems[0],
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "MONGODB_PASSWORD: Azure could not read the secret, because the reference names none.",
            app.Problems[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ASecretThatWasReadIsASettingLikeAnyOther()
    {
        await using var app = App(("Connectors__elasticsearch__api_key", "a2V5"));
        Assert.Empty(app.Problems);
    }

    private ConnectorApp App(params (string Name, string Value)[] variables)
    {
        var all = variables
            .Append(("ConnectorsStagingFolder", _staging.Path))
            .ToDictionary(item => item.Item1, item => item.Item2, StringComparer.OrdinalIgnoreCase);
        return new ConnectorApp(new AppSettings { Variables = all }, TimeProvider.System, NullLoggerFactory.Instance);
    }
}
