using System.Text;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Documents;

public sealed class DocumentFieldsTests
{
    private const string Issue = """
        {"id": 7, "title": "ü\u00fc", "body": "<p>One<br>two</p><script>x()</script>", "user": {"login": "ann"}, "empty": "", "none": null,
         "at": "2024-05-17T09:00:00.000+0200", "labels": [{"name": "a"}, {}, {"name": "b"}], "nested": {
            "k": 1}}
        """;

    [Fact]
    public void FieldsAreChosenRenamedAndFlattenedByDeclaration()
    {
        var fields = DocumentFields.Of(
            DocumentField.Value("title"),
            DocumentField.Value("author", "user", "login"),
            DocumentField.Value("missing", "user", "name"),
            DocumentField.IfThere("left_out", "user", "name"),
            DocumentField.Time("changed", "at"),
            DocumentField.Html("text", "body"),
            DocumentField.Each("labels", ["labels"], "name"),
            DocumentField.Each("nothing", ["reviewers"], "name"),
            DocumentField.Constant("type", "Issue")
        );
        Assert.Equal(
            """{"title":"ü\u00fc","author":"ann","missing":null,"changed":"2024-05-17T07:00:00Z","text":"One\ntwo","labels":["a","b"],"nothing":[],"type":"Issue"}""",
            Write(fields)
        );
    }

    [Fact]
    public void AllFieldsGoOverAsTheyAreWithoutLineBreaksAndReservedNames()
    {
        var written = Write(DocumentFields.All);
        Assert.DoesNotContain('\n', written);
        Assert.StartsWith("""{"id_":7,"title":"ü\u00fc",""", written, StringComparison.Ordinal);
        Assert.EndsWith(
            """
            "nested":{"k":1}}
            """,
            written,
            StringComparison.Ordinal
        );
        Assert.Contains("\"empty\":\"\",\"none\":null", written, StringComparison.Ordinal);
        var filled = Write(DocumentFields.AllFilled.With(DocumentField.Constant("title", "other")));
        Assert.DoesNotContain("\"empty\"", filled, StringComparison.Ordinal);
        Assert.DoesNotContain("\"none\"", filled, StringComparison.Ordinal);
        Assert.Equal("other", JsonDocument.Parse(filled).RootElement.GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("\"2024-05-17 09:00:00\"", "2024-05-17T09:00:00Z")]
    [InlineData("\"2024-05-17T09:00:00.1234567Z\"", "2024-05-17T09:00:00.1234567Z")]
    [InlineData("\"2024-05-17T09:00:00+0000\"", "2024-05-17T09:00:00Z")]
    [InlineData("1715936400", "2024-05-17T09:00:00Z")]
    [InlineData("1715936400000", "2024-05-17T09:00:00Z")]
    [InlineData("\"soon\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("true", null)]
    public void TimesAreReadAsServicesWriteThem(string json, string? expected)
    {
        var time = RestTime.Of(JsonDocument.Parse(json).RootElement);
        Assert.Equal(expected, time is { } known ? RestTime.Text(known) : null);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("plain &amp; simple", "plain & simple")]
    [InlineData("<div>a<b>b</b></div><!-- c --><style>d</style>", "a\nb")]
    public void HtmlBecomesItsText(string html, string text) => Assert.Equal(text, HtmlText.Of(html));

    private static string Write(DocumentFields fields)
    {
        using var buffer = new PooledBuffer();
        using (
            var json = new Utf8JsonWriter(
                buffer,
                new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
        {
            json.WriteStartObject();
            fields.Write(json, JsonDocument.Parse(Issue).RootElement);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
