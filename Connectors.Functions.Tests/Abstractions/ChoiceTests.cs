using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Xunit;

namespace Connectors.Tests.Abstractions;

public sealed class ChoiceTests
{
    [Theory]
    [InlineData("", "secret")]
    [InlineData("  ", "secret")]
    [InlineData("certificate", "certificate")]
    [InlineData(" Certificate ", "certificate")]
    public void AChoiceIsOneOfItsWordsAndTheFirstWhenEmpty(string entered, string chosen) =>
        Assert.Equal(chosen, Settings(entered).GetChoice("auth_method", "secret", "certificate"));

    [Fact]
    public void WithoutChoicesTheCodeIsToldWhatItForgot() =>
        Assert.StartsWith(
            "GetChoice(\"auth_method\") is given no choices. Name the values of the field's Options",
            Assert.Throws<ArgumentException>(() => Settings("token").GetChoice("auth_method")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void AFieldThatIsNotThereHasTheFirstWord() =>
        Assert.Equal("secret", SourceSettings.Empty.GetChoice("auth_method", "secret", "certificate"));

    [Fact]
    public void AnotherWordIsRefusedWithThoseThatThereAre()
    {
        var two = Assert.Throws<ConnectorException>(() => Settings("token").GetChoice("auth_method", "secret", "certificate"));
        Assert.Equal("auth_method: \"token\" is neither secret nor certificate.", two.Message);

        var three = Assert.Throws<ConnectorException>(() => Settings("token").GetChoice("auth_method", "secret", "certificate", "none"));
        Assert.Equal("auth_method: \"token\" is none of secret, certificate, none.", three.Message);
    }

    [Fact]
    public void WhatMayBeASecretIsNotRepeated()
    {
        var refused = Assert.Throws<ConnectorException>(() => Settings("s3cr3t~value").GetChoice("auth_method", "secret", "certificate"));
        Assert.Equal("auth_method: the value is neither secret nor certificate.", refused.Message);
    }

    private static SourceSettings Settings(string entered) =>
        new(new Dictionary<string, JsonNode?>(StringComparer.Ordinal) { ["auth_method"] = entered });
}
