using Connectors.Abstractions;
using Connectors.Testing;
using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Redis;

/// <summary>Servers and users that a scan would not be complete with: nothing may look like the end of the keys.</summary>
[Collection("Redis")]
public sealed class RedisServerTests(RedisServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("password", "wrong", FailureKind.Fatal, "refuses the login of user 'default'")]
    [InlineData("password", "", FailureKind.Fatal, "asks for a password. Set the field password.")]
    [InlineData("username", "nobody", FailureKind.Fatal, "refuses the login of user 'nobody'")]
    [InlineData("database", "99", FailureKind.Fatal, "has no database 99. Correct the field database")]
    [InlineData("database", "0, one", FailureKind.Fatal, "database: \"one\" is no number of a database")]
    [InlineData("host", "no-such-host.invalid", FailureKind.Retry, "Redis server no-such-host.invalid")]
    [InlineData("port", "0", FailureKind.Fatal, "port: 0 is out of range")]
    public async Task WhatIsWrongIsSaidInASentence(string field, string value, FailureKind kind, string sentence)
    {
        await using var client = await server.EmptyAsync();
        await using var source = server.Source((field, value));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Kind);
        Assert.DoesNotContain(RedisServer.Password, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWrongPasswordIsRefusedEvenWhereAnybodyMayRead()
    {
        var port = await server.StartAsync(free => ["--port", $"{free}"], Cancellation);
        await using (var client = await RedisServer.ConnectAsync(port))
        {
            await client.GetDatabase().ExecuteAsync("ACL", "SETUSER", "mirror", "on", ">x", "~*", "+@all");
        }

        await using var source = server.Source(("port", port), ("username", "mirror"), ("password", "wrong"));
        Assert.Contains(
            "refuses the login of user 'mirror'",
            (await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation))).Message,
            StringComparison.Ordinal
        );
        await using var needless = server.Source(("port", port), ("password", "wrong"));
        Assert.Contains(
            "has no password for its default user",
            (await Assert.ThrowsAsync<ConnectorException>(() => needless.PingAsync(Cancellation))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("mirror")]
    public async Task AServerThatRepeatsALoginThatItDoesNotKnowIsNotQuoted(string user)
    {
        var port = await server.StartAsync(free => ["--port", $"{free}", "--rename-command", "AUTH", string.Empty], Cancellation);
        await using var source = server.Source(("port", port), ("username", user), ("password", RedisServer.Password));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancellation));
        Assert.Contains("can't log in: it does not know a command that this takes.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
        Assert.DoesNotContain(RedisServer.Password, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASizeThatIsToldThisTimeAndNotTheNextIsNoChange()
    {
        await using var client = await server.EmptyAsync();
        await client
            .GetDatabase()
            .ExecuteAsync(
                "ACL",
                "SETUSER",
                "sizeless",
                "on",
                ">x",
                "~*",
                "resetchannels",
                "-@all",
                "+@read",
                "+@connection",
                "+@transaction",
                "+info",
                "-memory"
            );
        await client.GetDatabase().HashSetAsync("user:1", "name", "Ann");
        await client.GetDatabase().StringSetAsync("a", "1");
        await using var with = server.Source();
        await using var without = server.Source(("username", "sizeless"), ("password", "x"));

        var (told, untold) = (await ReadAsync(with), await ReadAsync(without));

        Assert.All(told, document => Assert.True(document.Json().TryGetProperty("size_in_bytes", out _)));
        Assert.All(untold, document => Assert.False(document.Json().TryGetProperty("size_in_bytes", out _)));
        Assert.Equal(told.Select(document => document.Compared), untold.Select(document => document.Compared));

        static async Task<List<ReadDocument>> ReadAsync(IDataSource source) =>
            [
                .. (await source.AllAsync(1, PageLimits.Default, Cancellation))
                    .Documents()
                    .OrderBy(document => document.Id, StringComparer.Ordinal),
            ];
    }

    [Fact]
    public async Task TheRightsThatTheDocumentationNamesAreEnough()
    {
        await using var client = await server.EmptyAsync();
        await client
            .GetDatabase()
            .ExecuteAsync(
                "ACL",
                "SETUSER",
                "mirror",
                "on",
                ">x",
                "~*",
                "resetchannels",
                "-@all",
                "+@read",
                "+@connection",
                "+@transaction",
                "+info"
            );
        await client.GetDatabase(1).StringSetAsync("a", "1");
        await using var source = server.Source(("username", "mirror"), ("password", "x"));
        await source.PingAsync(Cancellation);
        var document = Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents());
        Assert.True(document.Json().GetProperty("size_in_bytes").GetInt64() > 0);

        // The client finds out how many databases there are, but not as this user: it would read database 0 instead.
        await client.GetDatabase(0).StringSetAsync("b", "1");
        await using var beyond = server.Source(("username", "mirror"), ("password", "x"), ("database", "99"));
        Assert.Contains(
            "has no database 99",
            (await Assert.ThrowsAsync<ConnectorException>(() => beyond.PingAsync(Cancellation))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("-info", "may not list the databases")]
    [InlineData("-scan", "may not list the databases")]
    [InlineData("-type", "may not read the keys of database 0")]
    [InlineData("-get -getrange", "may not read the keys of database 0")]
    [InlineData("resetkeys ~other:*", "may not read the keys of database 0")]
    public async Task ARightThatIsMissingFailsTheRead(string change, string sentence)
    {
        await using var client = await server.EmptyAsync();
        await client
            .GetDatabase()
            .ExecuteAsync(
                "ACL",
                [
                    "SETUSER",
                    "mirror",
                    "on",
                    ">x",
                    "~*",
                    "resetchannels",
                    "-@all",
                    "+@read",
                    "+@connection",
                    "+@transaction",
                    "+info",
                    .. change.Split(' '),
                ]
            );
        await client.GetDatabase().StringSetAsync("a", "1");
        await using var source = server.Source(("username", "mirror"), ("password", "x"));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.AllAsync(1, PageLimits.Default, Cancellation));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    [Fact]
    public async Task WithoutTheRightToAskForSizesThereAreNone()
    {
        await using var client = await server.EmptyAsync();
        await client
            .GetDatabase()
            .ExecuteAsync(
                "ACL",
                "SETUSER",
                "mirror",
                "on",
                ">x",
                "~*",
                "resetchannels",
                "-@all",
                "+@read",
                "+@connection",
                "+@transaction",
                "+info",
                "-memory"
            );
        await client.GetDatabase().HashSetAsync("a", "b", "c");
        await using var source = server.Source(("username", "mirror"), ("password", "x"));
        Assert.Equal(
            """{"key":"a","value":"{\"b\":\"c\"}","database":0,"key_type":"hash"}""",
            Assert.Single((await source.AllAsync(1, PageLimits.Default, Cancellation)).Documents()).Body
        );
    }

    [Fact]
    public async Task AnotherServerInItsPlaceFailsTheReadWhereverItIs()
    {
        await using var client = await server.EmptyAsync();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => client.GetDatabase().StringSetAsync($"a:{number}", number)));
        await using var source = server.Source();
        var partition = Assert.Single(await source.PartitionAsync(1, Cancellation));
        var first = await source.PageAsync(partition, PageToken.Start, new PageLimits(3, int.MaxValue), Cancellation);
        var other = await server.StartAsync(free => ["--port", $"{free}", "--requirepass", RedisServer.Password], Cancellation);
        foreach (var token in (PageToken[])[PageToken.Start, first.Next])
        {
            await using var resumed = server.Source(("port", other));
            var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
                resumed.PageAsync(partition, token, PageLimits.Default, Cancellation)
            );
            Assert.Contains("was restarted, or another server took its place", failure.Message, StringComparison.Ordinal);
            Assert.Equal(FailureKind.Fatal, failure.Kind);
        }
    }

    [Fact]
    public async Task AReplicaThatLostItsPrimaryAndAClusterAreRefused()
    {
        var replica = await server.StartAsync(free => ["--port", $"{free}", "--replicaof", "127.0.0.1", "1"], Cancellation);
        await using var behind = server.Source(("port", replica), ("password", ""));
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => behind.PingAsync(Cancellation));
        Assert.Contains("is a replica without a connection to its primary", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FailureKind.Retry, failure.Kind);
        var cluster = await server.StartAsync(
            free => ["--port", $"{free}", "--cluster-enabled", "yes", "--cluster-config-file", $"nodes-{free}.conf", "--cluster-port", "0"],
            Cancellation
        );
        await using var node = server.Source(("port", cluster), ("password", ""));
        Assert.Contains(
            "is a node of a cluster",
            (await Assert.ThrowsAsync<ConnectorException>(() => node.PingAsync(Cancellation))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task AServerWithoutTlsIsToldFromOneThatCanNotBeReached()
    {
        // It waits for the rest of what it takes for a command; the limit for idle clients ends that.
        var port = await server.StartAsync(free => ["--port", $"{free}", "--timeout", "1", "--hz", "100"], Cancellation);
        await using var plain = server.Source(("port", port), ("password", ""), ("ssl_enabled", true));

        var failure = await Assert.ThrowsAsync<ConnectorException>(() => plain.PingAsync(Cancellation));

        Assert.Equal(
            $"Redis server 127.0.0.1:{port}: the server does not offer TLS. Switch it on there, or clear ssl_enabled.",
            failure.Message
        );
        Assert.Equal(FailureKind.Fatal, failure.Kind);
    }

    [Fact]
    public async Task CertificatesAreCheckedOnBothSides()
    {
        var port = await server.StartAsync(free => server.WithTls(free, asksForCertificate: true), Cancellation);

        // Kibana's text box makes one line of PEM files.
        var (certificate, key) = (server.Certificate.ReplaceLineEndings(" "), server.Key.ReplaceLineEndings(" "));
        await using var both = server.Source(
            ("port", port),
            ("password", ""),
            ("ssl_enabled", true),
            ("ssl_ca", certificate),
            ("mutual_tls_enabled", true),
            ("tls_certfile", certificate),
            ("tls_keyfile", key)
        );
        await both.PingAsync(Cancellation);
        await using var unknown = server.Source(("port", port), ("password", ""), ("ssl_enabled", true));
        Assert.Contains(
            "the TLS connection failed",
            (await Assert.ThrowsAsync<ConnectorException>(() => unknown.PingAsync(Cancellation))).Message,
            StringComparison.Ordinal
        );
        await using var noCertificate = server.Source(("port", port), ("password", ""), ("ssl_enabled", true), ("ssl_ca", certificate));
        await Assert.ThrowsAsync<ConnectorException>(() => noCertificate.PingAsync(Cancellation));
        await using var broken = server.Source(
            ("port", port),
            ("ssl_enabled", true),
            ("mutual_tls_enabled", true),
            ("tls_certfile", certificate),
            ("tls_keyfile", "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----")
        );
        Assert.StartsWith(
            "tls_certfile, tls_keyfile: they are not a certificate and its private key.",
            (await Assert.ThrowsAsync<ConnectorException>(() => broken.PingAsync(Cancellation))).Message,
            StringComparison.Ordinal
        );
    }
}
