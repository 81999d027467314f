using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Rest.HttpJson;
using Connectors.Sources.Rest.HttpJson.Streams;
using Connectors.Tests.Support;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sources.Rest.HttpJson;

public sealed class StoredAddressTests
{
    private static readonly Uri Configured = new("https://api.example/v2/lists/items?kind=all&code=0123456789abcdefgh&empty");

    private static Gen<string> Part { get; } =
        Gen.OneOf("v2", "lists", "items", "kind", "all", "=", "&", "/", "?", "{0}", "{", "}", ":", "!", "|", "%2F", "+", "é", "..", "7");

    [Theory]
    [InlineData("https://api.example/v2/lists/items?kind=all&code=0123456789abcdefgh&empty&at=7", "4:?{0}&{1}&{2}&at=7")]
    [InlineData("https://api.example/v2/lists/items?at=7", "4:?at=7")]
    [InlineData("https://api.example/v2/other", "2:other")]
    [InlineData("https://api.example/", "1:")]
    public void ItIsWrittenByWhatDiffersFromTheConfiguredOne(string address, string expected)
    {
        Assert.Equal(expected, Stored().Write(new Uri(address)));
        Assert.Equal(address, Stored().Read(expected).AbsoluteUri);
    }

    [Theory]
    [InlineData("?page=2&x=0123456789abcdefgh")]
    [InlineData("?page=2&code=another")]
    [InlineData("/0123456789abcdefgh/2")]
    [InlineData("/token=abc/2")]
    [InlineData("?cursor=k3y-0f-a-header")]
    [InlineData("?cursor=a-b34r3r-t0k3n")]
    public void WhatMayBeASecretIsNotWritten(string next) => Assert.Null(Stored().Write(new Uri(Configured, next)));

    [Fact]
    public void WhateverIsWrittenIsReadAgainOnTheSameHost() =>
        Part.Array[0, 10]
            .Select(string.Concat)
            .Sample(
                text =>
                {
                    if (
                        Uri.TryCreate(Configured, text, out var address)
                        && address.Host == Configured.Host
                        && Stored().Write(address) is { } written
                    )
                    {
                        // A question mark with nothing after it is the one thing that is not kept.
                        var whole = address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped);
                        var expected = address.Query.Length <= 1 ? whole.TrimEnd('?') : whole;
                        Assert.Equal(expected, Stored().Read(written).AbsoluteUri);
                    }
                },
                iter: Fuzz.Cases
            );

    [Fact]
    public void WhateverIsReadIsOnTheHostOrIsRefused() =>
        Part.Array[0, 10]
            .Select(string.Concat)
            .Sample(
                text =>
                {
                    try
                    {
                        Assert.Equal(Configured.Authority, Stored().Read(PagePlace.Parse(text).Base).Authority);
                    }
                    catch (ConnectorException refused)
                    {
                        Assert.Contains("is no place in this source", refused.Message, StringComparison.Ordinal);
                    }
                },
                iter: Fuzz.Cases
            );

    private static StoredAddress Stored() =>
        new(
            HttpJsonConfiguration.From(
                SomeSettings
                    .Of(
                        new JsonObject
                        {
                            ["url"] = Configured.AbsoluteUri,
                            ["bearer_token"] = "a-b34r3r-t0k3n",
                            ["headers"] = "X-Api-Key: k3y-0f-a-header",
                        },
                        HttpJsonConfiguration.Fields
                    )
                    .Settings
            )
        );
}
