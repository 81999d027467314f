using System.Text;
using Connectors.Abstractions;
using Connectors.Charsets;
using Connectors.Sources;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Sources.Databases.MongoDB.Ids;
using Connectors.Sources.Databases.Redis;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Tables;
using Connectors.Sources.Files.Walking;
using Connectors.Sources.ObjectStores.S3;
using Connectors.Sources.Rest.HttpJson;
using Connectors.Sources.Rest.Paging;
using Connectors.Sync.Content;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Schedules;
using Connectors.Tests.Support;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sources;

/// <summary>What comes from outside, or from a state file that somebody touched: it is read, or refused with a sentence.</summary>
public sealed class TokenFuzzTests
{
    private static Gen<string> Text { get; } =
        Gen.OneOf(
                "{",
                "}",
                "[",
                "]",
                "\"",
                ":",
                ",",
                "|",
                "\\",
                "\\u00",
                "null",
                "true",
                "1",
                "-",
                "1e999",
                "A",
                "Bucket",
                "\"Bucket\":\"b\"",
                "2026-01-31T12:00:00.0000000Z",
                "AAAA",
                "==",
                "/",
                "~",
                "é",
                "\0",
                " ",
                "\"resume\":{}",
                "$oid",
                "9223372036854775808"
            )
            .Array[0, 8]
            .Select(string.Concat);

    private static Gen<string> Token { get; } = Text.Where(text => text.Length <= PageToken.MaxLength);

    public static TheoryData<string> Readers => [.. All.Keys];

    private static Dictionary<string, Action<string>> All { get; } =
        new()
        {
            ["time"] = text => TimeCursor.Parse(new PageToken(text), TimeProvider.System),
            ["s3"] = text => S3Bounds.Parse(new SourcePartition("p", text)),
            ["directory"] = text => DirectoryBounds.Parse(new SourcePartition("p", text)),
            ["sql"] = text => SqlBounds.Parse(new SourcePartition("p", text)),
            ["sql key"] = text => SqlKey.Decode(new PageToken(text), 2),
            ["sql place"] = text => Assert.True(SqlChangePosition.Parse(new PageToken(text)) is null or { Table: not null }),
            ["sql cursor"] = text => SqlChangeCursor.Parse(text),
            ["redis"] = text => RedisScanPosition.Parse(new PageToken(text)),
            ["redis part"] = text => RedisPart.Parse(new SourcePartition("p", text)),
            ["mongo id"] = text => RawId.Decode(text),
            ["mongo range"] = text => IdRange.Decode(text),
            ["mongo changes"] = text => ChangeStreamPosition.Parse(text),
            ["link header"] = text => LinkHeader.Next(text),
            ["media type"] = text => DeclaredCharset.OfMediaType(text + ";charset=" + text),
            ["cron"] = text => CronSchedule.Problem(text, DateTimeOffset.UnixEpoch),
            ["json answer"] = text => HttpJsonBody.Parse("http://a", Encoding.UTF8.GetBytes(text), null).Dispose(),
        };

    [Theory]
    [MemberData(nameof(Readers))]
    public void ItIsReadOrRefused(string reader) =>
        Token.Sample(
            text =>
            {
                try
                {
                    All[reader](text);
                }
                catch (ConnectorException refused)
                {
                    Assert.True(refused.Message.Length > 15, refused.Message);
                }
            },
            iter: Fuzz.Cases
        );

    [Fact]
    public void BytesAreDecodedToValidUtf8OrAreNoText() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.OneOf("none", "text/plain; charset=shift_jis", "text/html; charset=utf-16", "a/b; charset=x"))
            .Sample(
                (bytes, mediaType) =>
                {
                    var buffer = new PooledBuffer(Math.Max(bytes.Length, 1));
                    buffer.Write(bytes);
                    using var text = TextDecoder.Decode(buffer, DeclaredCharset.OfMediaType(mediaType), isHtml: true);
                    Assert.True(text is null || System.Text.Unicode.Utf8.IsValid(text.Utf8.Span));
                },
                iter: Fuzz.Cases
            );
}
