using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using StackExchange.Redis;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Redis;

[Collection("Redis")]
public sealed class RedisReadingTests(RedisServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("string", "SET|k|{\"a\": 1} ü", "{\"a\": 1} ü")]
    [InlineData("string", "SET|k|", "")]
    [InlineData("string", "INCR|k", "1")]
    [InlineData("string", "PFADD|k|a", "HYLL", true)]
    [InlineData("list", "RPUSH|k|b|a|b", """["b","a","b"]""")]
    [InlineData("set", "SADD|k|b|a|ü|10|9|1|01", """["01","1","10","9","a","b","ü"]""")]
    [InlineData("zset", "ZADD|k|2.5|b|-1|a|inf|c", """[["a",-1],["b",2.5],["c","Infinity"]]""")]
    [InlineData("hash", "HSET|k|b|1|a|x \"y\"", """{"a":"x \"y\"","b":"1"}""")]
    [InlineData("hash", "HSET|k|1|a|01|b", """{"01":"b","1":"a"}""")]
    [InlineData("stream", "XADD|k|5-1|a|1|b|2", """[["5-1",{"a":"1","b":"2"}]]""")]
    public async Task AValueOfAnyTypeBecomesAText(string type, string command, string expected, bool isBinary = false)
    {
        await using var client = await server.EmptyAsync();
        var parts = command.Split('|');
        await client.GetDatabase().ExecuteAsync(parts[0], parts[1..]);
        await using var source = server.Source();
        var document = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        var body = document.Json();
        Assert.Equal(type, body.GetProperty("key_type").GetString());
        Assert.Equal(isBinary, body.TryGetProperty("value_encoding", out _));
        var value = body.GetProperty("value").GetString()!;
        Assert.Equal(expected, isBinary ? System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(value), 0, 4) : value);
    }

    [Fact]
    public async Task IdsAndFieldsAreThePythonServices()
    {
        await using var client = await server.EmptyAsync();
        await client.GetDatabase(3).StringSetAsync("user:1", "Ann");
        await using var source = server.Source();
        var document = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());

        // The MD5 of 3/user:1.
        Assert.Equal("fa8f7278de5d1e56dc2ddf949e1aaf3f", document.Id);
        var size = (long)await client.GetDatabase(3).ExecuteAsync("MEMORY", "USAGE", "user:1");
        Assert.Equal($$"""{"key":"user:1","value":"Ann","database":3,"key_type":"string","size_in_bytes":{{size}}}""", document.Body);
        Assert.Null(document.Timestamp);
    }

    [Fact]
    public async Task BytesThatAreNoUtf8AreBase64AndSaySo()
    {
        await using var client = await server.EmptyAsync();
        byte[] binary = [0xff, 0x00];
        await client.GetDatabase().HashSetAsync(binary, [new HashEntry("text", "a"), new HashEntry(binary, "b")]);
        await using var source = server.Source();
        var body = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents()).Json();
        Assert.Equal("/wA=", body.GetProperty("key").GetString());
        Assert.Equal("base64", body.GetProperty("key_encoding").GetString());
        Assert.Equal("""{"dGV4dA==":"YQ==","/wA=":"Yg=="}""", body.GetProperty("value").GetString());
        Assert.Equal("base64", body.GetProperty("value_encoding").GetString());
    }

    [Fact]
    public async Task ALargeValueIsCutAndSaysSo()
    {
        const int Most = SomeRedis.MostBytes;
        await using var client = await server.EmptyAsync();
        var redis = client.GetDatabase();
        await redis.StringSetAsync("exact", new string('x', Most));
        await redis.StringSetAsync("string", new string('x', Most - 1) + "üx");
        for (var number = 0; number < 300; number++)
        {
            await redis.ListRightPushAsync("list", $"{number:000} 4567");
            await redis.HashSetAsync("hash", $"{number:000}", "4567");
            await redis.SetAddAsync("set", $"{number:000} 4567");
            await redis.SortedSetAddAsync("zset", $"{number:000} 4567", number);
            await redis.StreamAddAsync("stream", "field", $"{number:000}", $"{number / 100}-{(number % 100) + 1}");
        }

        await using var source = server.Source();
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation))
            .Documents()
            .Select(document => document.Json())
            .ToDictionary(body => body.GetProperty("key").GetString()!);
        Assert.Equal(7, documents.Count);
        Assert.Equal(new string('x', Most), documents["exact"].GetProperty("value").GetString());
        Assert.False(documents["exact"].TryGetProperty("value_truncated", out _));
        Assert.Equal(new string('x', Most - 1), documents["string"].GetProperty("value").GetString());
        Assert.All(documents.Values.Where(body => body.GetProperty("key").GetString() != "exact"), body =>
            Assert.True(body.GetProperty("value_truncated").GetBoolean())
        );
        Assert.StartsWith("""["000 4567","001 4567",""", documents["list"].GetProperty("value").GetString(), StringComparison.Ordinal);
        Assert.StartsWith(
            """[["000 4567",0],["001 4567",1],""",
            documents["zset"].GetProperty("value").GetString(),
            StringComparison.Ordinal
        );
        var entries = System
            .Text.Json.JsonDocument.Parse(documents["stream"].GetProperty("value").GetString()!)
            .RootElement.EnumerateArray()
            .ToArray();
        Assert.Equal(
            Enumerable.Range(0, entries.Length).Select(number => $"{number:000}"),
            entries.Select(entry => entry[1].GetProperty("field").GetString())
        );
        Assert.InRange(entries.Length, 101, 299);
        foreach (var key in (string[])["list", "hash", "set", "zset"])
        {
            Assert.InRange(documents[key].GetProperty("value").GetString()!.Length, Most, Most * 3);
        }
    }

    [Fact]
    public async Task AStreamWithoutEntriesAndAKeyWithoutANameAreKeysAsWell()
    {
        await using var client = await server.EmptyAsync();
        await client.GetDatabase().ExecuteAsync("XGROUP", "CREATE", "empty", "g", "$", "MKSTREAM");
        await client.GetDatabase().StringSetAsync(string.Empty, "x");
        await using var source = server.Source();
        var documents = (await source.AllAsync(1, PageLimits.Default, Cancellation))
            .Documents()
            .Select(document => document.Json())
            .OrderBy(body => body.GetProperty("key").GetString())
            .ToArray();
        Assert.Equal(["", "empty"], documents.Select(body => body.GetProperty("key").GetString()));
        Assert.Equal("[]", documents[1].GetProperty("value").GetString());
    }

    [Fact]
    public async Task KeysThatAreThereAllTheTimeComeWhateverComesAndGoes()
    {
        await using var client = await server.EmptyAsync();
        var redis = client.GetDatabase();
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(number => redis.StringSetAsync($"stays:{number}", number)));
        await using var planned = server.Source();
        var partition = Assert.Single(await planned.PartitionAsync(1, Cancellation));
        var (ids, token, step) = (new List<string>(), PageToken.Start, 0);
        for (var isLast = false; !isLast; step++)
        {
            // Every page by another process, while the server's table grows fourfold and shrinks again.
            await using var source = server.Source();
            var page = await source.PageAsync(partition, token, new PageLimits(37, int.MaxValue), Cancellation);
            (token, isLast) = (page.Next, page.IsLast);
            ids.AddRange(page.Documents.Select(document => document.Json().GetProperty("key").GetString()!));
            await (
                step % 20 < 10
                    ? Task.WhenAll(Enumerable.Range(0, 600).Select(number => redis.StringSetAsync($"comes:{step}:{number}", number)))
                    : Task.WhenAll(Enumerable.Range(0, 600).Select(number => redis.KeyDeleteAsync($"comes:{step - 10}:{number}")))
            );
            Assert.InRange(token.Value?.Length ?? 0, 0, PageToken.MaxLength);
        }

        Assert.Equal(2_000, ids.Where(id => id.StartsWith("stays:", StringComparison.Ordinal)).Distinct().Count());
        Assert.InRange(step, 50, 10_000);
    }

    [Fact]
    public async Task APageThatFindsNothingEndsAndTheNextOneGoesOn()
    {
        await using var client = await server.EmptyAsync();
        await client.GetDatabase().StringSetAsync("mine", "");
        for (var batch = 0; batch < 30; batch++)
        {
            await client
                .GetDatabase()
                .ScriptEvaluateAsync("for number = 1, 5000 do redis.call('SET', ARGV[1] .. ':' .. number, '') end", values: [batch]);
        }

        await using var source = server.Source("""[{"database": 0, "key_pattern": "mine"}]""");
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        var (keys, tokens, isLast) = (new List<string>(), new List<PageToken> { PageToken.Start }, false);
        for (var empty = 0; !isLast; empty++)
        {
            var page = await source.PageAsync(partition, tokens[^1], PageLimits.Default, Cancellation);
            isLast = page.IsLast;
            tokens.Add(page.Next);
            keys.AddRange(page.Documents.Select(document => document.Json().GetProperty("key").GetString()!));
            Assert.InRange(empty, 0, 20);
        }

        Assert.Equal(["mine"], keys);

        // 150,000 keys at about a hundred a look, and a thousand looks a page. The last token is the start again.
        Assert.InRange(tokens.Count, 3, 10);
        Assert.Distinct(tokens[..^1]);
    }

    [Fact]
    public async Task IdsAloneAreTheSameIds()
    {
        await using var client = await server.EmptyAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => client.GetDatabase().StringSetAsync($"a:{number}", number)));
        await client.GetDatabase().HashSetAsync("b", "c", "d");
        foreach (
            var rules in (string?[])
                [
                    null,
                    """[{"database": 0, "type": "string"}]""",
                    """[{"database": 0, "key_pattern": "a:1*"}, {"database": 0, "type": "hash"}]""",
                ]
        )
        {
            await using var source = server.Source(rules);
            var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
            using var ids = await source.ReadIdsAsync(partition, PageToken.Start, PageLimits.Default, Cancellation);
            Assert.True(ids.IsLast);
            Assert.Equal(
                (await source.AllAsync(1, PageLimits.Default, Cancellation)).Ids().Order(),
                Enumerable.Range(0, ids.Count).Select(index => System.Text.Encoding.UTF8.GetString(ids[index].Id.Span)).Order()
            );
        }
    }
}
