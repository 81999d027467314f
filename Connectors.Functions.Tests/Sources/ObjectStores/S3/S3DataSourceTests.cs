using System.Text;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.ObjectStores.S3;
using Connectors.Sync.Content;
using Connectors.Testing;
using Connectors.Tests.Support.S3Server;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sources.ObjectStores.S3;

public sealed class S3DataSourceTests : IAsyncLifetime
{
    private S3TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await S3TestServer.StartAsync(new BackendCalls(), Cancellation);

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task ADocumentHoldsTheFactsOfItsObjectUnderThePythonServicesNamesAndId()
    {
        _server.Bucket("photos").With("2024/ü 1.JPG", "12345");
        var document = Assert.Single((await ReadAsync("photos")).Documents());
        Assert.Equal("f6d8cddad66cc693bb8e35ac1ace2bda", document.Id);
        Assert.Equal(new DateTimeOffset(2024, 5, 6, 7, 8, 0, TimeSpan.Zero), document.Timestamp);
        Assert.Equal(
            """{"filename":"2024/ü 1.JPG","size_in_bytes":5,"bucket":"photos","owner":"ann","storage_class":"STANDARD","extension":"jpg","last_modified":"2024-05-06T07:08:00Z","etag":"827ccb0eea8a706c4c34a16891f84e7b"}""",
            document.Body
        );
    }

    [Fact]
    public async Task ItsContentIsTheObject()
    {
        _server.Bucket("one").With("a+b c%41/ü.txt", "grün");
        var content = Assert.Single((await ReadAsync("one")).SelectMany(page => page.Contents));
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
        Assert.Equal("grün", Encoding.UTF8.GetString(text.Utf8.Span));
    }

    [Theory]
    [InlineData(
        "AccessDenied",
        "one/a.txt: can't be read: the credentials may not read it (s3:GetObject, and kms:Decrypt if it is encrypted with a key)."
    )]
    [InlineData("InvalidObjectState", "one/a.txt: can't be read: it is archived; restore it first.")]
    public async Task AnObjectThatCanNotBeReadSpoilsOnlyItsOwnContent(string code, string reason)
    {
        _server.Bucket("one").With("a.txt", failsWith: code);
        var content = Assert.Single((await ReadAsync("one")).SelectMany(page => page.Contents));
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
        Assert.Equal(reason, text.Reason);
        Assert.True(text.IsProblem);
    }

    [Theory]
    [InlineData("NoSuchKey")]
    [InlineData("MethodNotAllowed")]
    public async Task AnObjectThatVanishedIsGone(string code)
    {
        _server.Bucket("one").With("a.txt", failsWith: code);
        var content = Assert.Single((await ReadAsync("one")).SelectMany(page => page.Contents));
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
        Assert.Equal((true, false, "one/a.txt: no longer there."), (text.IsGone, text.IsProblem, text.Reason));
    }

    [Fact]
    public async Task EachKeyIsReadAsItselfWhateverAnAddressWouldMakeOfIt()
    {
        _server.Secret = "se-cr-et";
        string[] keys =
        [
            "lead.txt",
            "/lead.txt",
            "//c.txt",
            "/c.txt",
            "c.txt",
            "a//b.txt",
            "a/b.txt",
            "./x.txt",
            "x.txt",
            "a/./x.txt",
            "a/x.txt",
            "a/../b.txt",
            "b.txt",
            "../b.txt",
            "..txt",
            "a/%2e%2e/b.txt",
            "a/%2Fb.txt",
            "a\\b.txt",
            "q?x=1.txt",
            "h#f.txt",
            "p+q r.txt",
            "p%2Bq.txt",
            ";v=1.txt",
            "ä/€.txt",
            ":8080.txt",
            "~t*'()!.txt",
        ];
        foreach (var key in keys)
        {
            _server.Bucket("one").With(key, key);
        }

        var contents = (await ReadAsync("one")).SelectMany(page => page.Contents).ToList();
        List<string> read = [];
        foreach (var content in contents)
        {
            using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
            read.Add(text.Reason ?? Encoding.UTF8.GetString(text.Utf8.Span));
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("lead.txt")]
    [InlineData("/lead.txt")]
    [InlineData("//c.txt")]
    [InlineData("a/../b.txt")]
    public async Task SoItIsWhereTheBucketIsInTheHostsName(string key)
    {
        _server.Secret = "se-cr-et";
        _server
            .Bucket("one")
            .With("lead.txt", "another")
            .With("c.txt", "another")
            .With("/c.txt", "another")
            .With("b.txt", "another")
            .With(key, key);
        var settings = new Amazon.S3.AmazonS3Config
        {
            ServiceURL = "http://s3.example.com",
            AuthenticationRegion = "us-east-1",
            ProxyHost = "127.0.0.1",
            ProxyPort = _server.Address.Port,
            MaxErrorRetry = 0,
        };
        using var client = new S3KeyClient(new Amazon.Runtime.BasicAWSCredentials("AKIAEXAMPLE", "se-cr-et"), settings);
        using var answer = await client.GetObjectAsync(
            new Amazon.S3.Model.GetObjectRequest { BucketName = "one", Key = key },
            Cancellation
        );
        using var reader = new StreamReader(answer.ResponseStream);
        Assert.Equal(key, await reader.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task ContentThatFailsForAMomentIsNotLeftOut()
    {
        _server.Bucket("one").With("a.txt");
        await using var source = Open("one");
        var content = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).SelectMany(page => page.Contents));
        _server.Calls.Reset(failFrom: 0);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation)
        );
        Assert.Equal(FailureKind.Retry, failure.Kind);
        _server.Calls.Reset();
        using var text = await new ContentReader(new ContentOptions()).ReadAsync(content, Cancellation);
        Assert.True(text.HasText);
    }

    [Fact]
    public async Task AStarMeansAllBucketsAndAnInaccessibleOneIsAGap()
    {
        _server.Bucket("one").With("a");
        _server.Bucket("two").With("b").IsClosed = true;
        _server.Bucket("three").With("c").Region = "eu-west-1";
        foreach (var wanted in new[] { 1, 8 })
        {
            await using var source = Open("*");
            var pages = await source.AllAsync(wanted, PageLimits.Default, Cancellation);
            Assert.Equal(2, pages.Ids().Count);
            Assert.StartsWith("two: the bucket can't be listed", pages.Single(page => page.Gap is not null).Gap, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AStarWithoutAnyBucketIsReadToItsEnd() => Assert.Empty((await ReadAsync("*")).Ids());

    [Fact]
    public async Task ABucketInAnotherRegionIsFoundEvenIfItsLocationMayNotBeAsked()
    {
        _server.Bucket("one").With("a").Region = "eu-central-1";
        Assert.Single((await ReadAsync("one")).Ids());
        _server.Bucket("one").HidesLocation = true;
        var failure = await Record.ExceptionAsync(() => ReadAsync("one"));
        Assert.True(
            failure
                is null
                    or ConnectorException
                {
                    Message: "S3 can't list the bucket 'one': it is in another region. Set the field region to the bucket's."
                },
            failure?.ToString()
        );
        Assert.Single((await ReadAsync("one", ("region", "eu-central-1"))).Ids());
    }

    [Fact]
    public async Task ABucketIsDividedBelowThePrefixThatAllItsKeysShare()
    {
        var bucket = _server.Bucket("one");
        foreach (var number in Enumerable.Range(0, 40))
        {
            bucket.With($"data/v1/{number % 8}/{number}");
        }

        await using var source = Open("one");
        var partitions = await source.PartitionAsync(4, Cancellation);
        Assert.Equal(["one 1 of 4", "one 2 of 4", "one 3 of 4", "one 4 of 4"], partitions.Select(partition => partition.Name));
        foreach (var partition in partitions)
        {
            Assert.InRange((await source.PartitionAsync(partition, PageToken.Start, PageLimits.Default, Cancellation)).Ids().Count, 5, 15);
        }
    }

    [Fact]
    public void KeysAreComparedAsTheirUtf8Bytes() =>
        Gen.Select(Key(), Key())
            .Sample(
                (item, other) =>
                    Math.Sign(S3Bounds.CompareKeys(item, other))
                    == Math.Sign(Encoding.UTF8.GetBytes(item).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other)))
            );

    [Theory]
    [InlineData(
        "one",
        "aws_access_key_id",
        "UNKNOWN",
        "aws_access_key_id: S3 does not know this access key. Correct it, or make a new key."
    )]
    [InlineData(
        "one",
        "aws_access_key_id",
        "BADSIGN",
        "aws_secret_access_key: it does not belong to the access key id. Enter the secret key again."
    )]
    [InlineData("none", "read_timeout", "5", "S3 can't list the bucket 'none': there is no such bucket. Correct the field buckets.")]
    [InlineData(
        "closed",
        "read_timeout",
        "5",
        "S3 refuses to list the bucket 'closed' (AccessDenied). Grant the credentials s3:ListAllMyBuckets, s3:GetBucketLocation, "
            + "s3:ListBucket and s3:GetObject as docs/sources/s3.md shows."
    )]
    [InlineData(
        "one",
        "aws_secret_access_key",
        "",
        "aws_secret_access_key: empty, but aws_access_key_id is set. Set both, or neither to use the service's own identity."
    )]
    [InlineData(" , ", "read_timeout", "5", "buckets: required, but empty. Name the buckets, or * for all.")]
    [InlineData("one", "page_size", "0", "page_size: 0 is out of range. Give a number from 1 to 2147483647.")]
    [InlineData(
        "one",
        "endpoint_url",
        "http://ann:pw@localhost",
        "endpoint_url: not an address that begins with http:// or https:// and has no user name in it."
    )]
    public async Task WhatIsWrongIsToldByThePingAndByTheSync(string buckets, string field, string value, string message)
    {
        _server.Bucket("one").With("a");
        _server.Bucket("closed").IsClosed = true;
        await using var source = Open(buckets, (field, value));
        foreach (
            var call in new Func<Task>[]
            {
                () => source.PingAsync(Cancellation),
                () => source.AllAsync(1, PageLimits.Default, Cancellation),
            }
        )
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(call);
            Assert.Equal(message, failure.Message);
            Assert.Equal(FailureKind.Fatal, failure.Kind);
        }
    }

    [Fact]
    public async Task AnEndpointThatDoesNotAnswerMayAnswerLater()
    {
        await using var source = Open("one", ("endpoint_url", "http://127.0.0.1:9"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Equal(FailureKind.Retry, failure.Kind);
        Assert.Equal(
            "S3 could not be reached to list the bucket 'one' (ConnectionRefused). Check the endpoint, the network and the timeouts.",
            failure.Message
        );
    }

    [Fact]
    public async Task AnEndpointWithoutTlsIsNotAskedAgain()
    {
        await using var source = Open("one", ("endpoint_url", $"https://{_server.Address.Authority}"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.Contains("(what answers does not speak TLS)", failure.Message, StringComparison.Ordinal);
    }

    private static Gen<string> Key() =>
        Gen.OneOf("a", "b", "/", "é", "\uE000", "\uFFFD", "😀", "\U0001F601").Array[0, 4].Select(string.Concat);

    private async Task<IReadOnlyList<ReadPage>> ReadAsync(string buckets, params (string Field, string Value)[] more)
    {
        await using var source = Open(buckets, more);
        return await source.AllAsync(1, PageLimits.Default, Cancellation);
    }

    private S3DataSource Open(string buckets, params (string Field, string Value)[] more)
    {
        var values = new Dictionary<string, string>
        {
            ["buckets"] = buckets,
            ["aws_access_key_id"] = "AKIAEXAMPLE",
            ["aws_secret_access_key"] = "se-cr-et",
            ["endpoint_url"] = _server.Address.ToString(),
            ["force_path_style"] = "true",
            ["max_attempts"] = "1",
        };
        foreach (var (field, value) in more)
        {
            values[field] = value;
        }

        var configuration = new JsonObject(
            values.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, new JsonObject { ["value"] = pair.Value }))
        );
        return new S3DataSource(new SourceContext { Settings = SourceSettings.FromConfiguration(configuration, S3Configuration.Fields) });
    }
}
