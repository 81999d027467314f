using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Xunit;

namespace Connectors.Tests.Sync;

public sealed class RedactorTests
{
    [Theory]
    [InlineData("Redis server redis://u:hunter2@h:6379: refused", "Redis server redis://***@h:6379: refused")]
    [InlineData("mongodb+srv://u:hunter2@h/?authSource=x", "mongodb+srv://***@h/?authSource=x")]
    [InlineData("mongodb://u:hun/ter@2@h:27017/db", "mongodb://***@h:27017/db")]
    [InlineData("mongodb://:hunter2@h", "mongodb://***@h")]
    [InlineData("http://hunter2@h/x", "http://***@h/x")]
    [InlineData("host: u:hunter2@h:27017.", "host: ***@h:27017.")]
    [InlineData("https://h/a?x=1&token=hunter2&y=2", "https://h/a?x=1&token=***&y=2")]
    [InlineData("https://h/a?X-Amz-Signature=hunter2", "https://h/a?X-Amz-Signature=***")]
    [InlineData("https://h/a?sig=hunter2%3D&se=2026", "https://h/a?sig=***&se=2026")]
    [InlineData("https://h/a?api_key=hunter2", "https://h/a?api_key=***")]
    [InlineData("Host=h;Password=hunter2 and more;Database=d", "Host=h;Password=***;Database=d")]
    [InlineData(
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2==;EndpointSuffix=x",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=***;EndpointSuffix=x"
    )]
    [InlineData("SharedAccessKey=hunter2", "SharedAccessKey=***")]
    [InlineData("""{"api_key": "hunter2", "n": 1}""", """{"api_key": ***, "n": 1}""")]
    [InlineData("Authorization: Bearer hunter2.abc-def", "Authorization: Bearer ***")]
    [InlineData("the server said: ApiKey aHVudGVyMg==", "the server said: ApiKey ***")]
    [InlineData("X-Api-Key: hunter2hunter2", "X-Api-Key: ***")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----***")]
    public void WhatLooksLikeASecretIsTakenOut(string text, string shown)
    {
        Assert.Equal(shown, Redactor.Redact(text));

        // What was looked through may be looked through again.
        Assert.Equal(shown, Redactor.Redact(shown));
        Assert.Equal(Sentences.Whole(shown), new ConnectorException(text).Message);
    }

    [Theory]
    [InlineData("MongoDB server db.example:27017: nothing listens there. Check host and port, and that the server runs.")]
    [InlineData("http://127.0.0.1:9200/search-files/_bulk answers 503.")]
    [InlineData("The ingest pipeline 'p' does not exist. Create it, or choose another one on the connector's Pipelines tab.")]
    [InlineData("refuses the login of user 'default'. Check username and password.")]
    [InlineData("Write --set password=@FILE, @- or @env:NAME instead.")]
    [InlineData("elasticsearch.password: the environment variable NOT_SET is not set. Set it, or write ${NOT_SET:default}.")]
    [InlineData("Check bearer_token and headers.")]
    [InlineData("Unreadable: /data/mail/me@example.com.eml")]
    [InlineData("12:00:00 at user@example.com")]
    [InlineData("scheduled: 0 0 2 * * ?")]
    public void OrdinarySentencesStayWhatTheyAre(string text) => Assert.Equal(text, Redactor.Redact(text));

    [Fact]
    public void AFailureIsLookedThroughWithEverythingBelowIt()
    {
        var failure = new InvalidOperationException("outer", new FormatException("mongodb://u:hunter2@h is no address"));

        var shown = Redactor.Redact(failure);

        Assert.DoesNotContain("hunter2", $"{shown} {shown.Message}", StringComparison.Ordinal);
        Assert.Contains("FormatException: mongodb://***@h is no address", shown.ToString(), StringComparison.Ordinal);
        var harmless = new InvalidOperationException("nothing in it");
        Assert.Same(harmless, Redactor.Redact(harmless));
        Assert.DoesNotContain("hunter2", new ConnectorException(FailureKind.Fatal, "m", failure).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ValuesAreCopiedWithoutSecrets()
    {
        var value = JsonNode.Parse("""{"a":["redis://u:hunter2@h", 1, null, true]}""");
        Assert.Equal("""{"a":["redis://***@h",1,null,true]}""", Redactor.Redact(value)!.ToJsonString());
    }

    [Theory]
    [InlineData("500", "\"500\"")]
    [InlineData("-1.5", "\"-1.5\"")]
    [InlineData("maybe", "\"maybe\"")]
    [InlineData("${CHUNK}", "\"${CHUNK}\"")]
    [InlineData("hunter2", "the value")]
    [InlineData("localhost:9200", "the value")]
    [InlineData("00000000000000000000000000000000", "the value")]
    [InlineData("correcthorsebatterystaple", "the value")]
    public void AWrongValueIsShownWhereItCanBeNoSecret(string value, string shown) => Assert.Equal(shown, Redactor.Quote(value));

    [Fact]
    public void ALongTextTakesNoLongTime()
    {
        foreach (
            var text in (string[])
                [
                    new string('a', 200_000),
                    string.Concat(Enumerable.Repeat("a:", 50_000)),
                    string.Concat(Enumerable.Repeat("token", 20_000)),
                    "http://" + new string('@', 50_000),
                ]
        )
        {
            Assert.NotNull(Redactor.Redact(text));
        }
    }
}
