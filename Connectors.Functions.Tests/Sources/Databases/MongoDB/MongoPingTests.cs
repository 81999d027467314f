using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.MongoDB;
using Connectors.Tests.Support.MongoWire;
using MongoDB.Bson;
using Xunit;

namespace Connectors.Tests.Sources.Databases.MongoDB;

/// <summary>What the operator reads when the source can't be reached or read.</summary>
public sealed class MongoPingTests
{
    private const string Password = "s3cret-pass";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheRightLoginIsAccepted()
    {
        await using var server = await ServerAsync();
        server.Login = ("reader", Password);
        await using var source = SomeMongo.Source(server, ("user", "reader"), ("password", Password));

        await source.PingAsync(Cancelled);

        Assert.Contains(server.Commands, command => command.Contains("saslStart"));
    }

    [Fact]
    public async Task AWrongPasswordIsSaidWithoutThePassword()
    {
        await using var server = await ServerAsync();
        server.Login = ("reader", "another");
        await AssertFailsAsync(
            SomeMongo.Source(server, ("user", "reader"), ("password", Password)),
            FailureKind.Fatal,
            "MongoDB collection 'shop.orders': the server refuses the login of user 'reader'. Check user and password, and authSource in "
                + "host if the user is not defined in 'admin'."
        );
    }

    [Fact]
    public async Task AMissingLoginIsSaid()
    {
        await using var server = await ServerAsync();
        server.Login = ("reader", "another");
        await AssertFailsAsync(
            SomeMongo.Source(server),
            FailureKind.Fatal,
            "MongoDB collection 'shop.orders': the server asks for a login. Set user and password."
        );
    }

    [Fact]
    public async Task AMissingPrivilegeIsSaid()
    {
        await using var server = await ServerAsync();
        server.Login = ("reader", Password);
        server.Faults.Fail("listCollections", 1, 13, "Unauthorized", "not authorized");
        server.Faults.Fail("find", 1, 13, "Unauthorized", "not authorized on shop");
        await AssertFailsAsync(
            SomeMongo.Source(server, ("user", "reader"), ("password", Password)),
            FailureKind.Fatal,
            "MongoDB collection 'shop.orders': user 'reader' may not read it. Grant the role 'read' on database 'shop'."
        );
    }

    [Fact]
    public async Task WhoMayReadButNotListIsWelcome()
    {
        await using var server = await ServerAsync();
        server.Faults.Fail("listCollections", 1, 13, "Unauthorized", "not authorized");
        await using var source = SomeMongo.Source(server);
        await source.PingAsync(Cancelled);
    }

    [Fact]
    public async Task AMissingCollectionIsSaidWithThoseThatExist()
    {
        await using var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "invoices", new BsonDocument("_id", 1));
        server.AddCollection("shop", "customers", new BsonDocument("_id", 1));
        await AssertFailsAsync(
            SomeMongo.Source(server),
            FailureKind.Fatal,
            "collection: 'orders' does not exist in database 'shop'. Existing collections: customers, invoices."
        );
    }

    [Fact]
    public async Task AMissingDatabaseIsSaid()
    {
        await using var server = await MongoWireServer.StartAsync();
        await AssertFailsAsync(
            SomeMongo.Source(server),
            FailureKind.Fatal,
            "database: 'shop' does not exist on this server, or holds no collection that may be seen."
        );
    }

    [Fact]
    public async Task AnUnknownHostNameIsSaid() =>
        await AssertFailsAsync(
            Source("mongodb://no-such-host.invalid:27017/?serverSelectionTimeoutMS=300"),
            FailureKind.Retry,
            "MongoDB server no-such-host.invalid:27017: the name is unknown. Check host."
        );

    [Fact]
    public async Task APortWhereNobodyListensIsSaid()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await AssertFailsAsync(
            Source($"mongodb://reader:{Password}@127.0.0.1:{port}/?serverSelectionTimeoutMS=300"),
            FailureKind.Retry,
            $"MongoDB server 127.0.0.1:{port}: nothing listens there. Check host and port, and that the server runs."
        );
    }

    [Fact]
    public async Task AServerWithoutTlsIsNotTakenForOneThatIsDown()
    {
        await using var server = await ServerAsync();
        var failure = await FailureAsync(Source($"{server.ConnectionString}?serverSelectionTimeoutMS=300", ("ssl_enabled", true)));
        Assert.EndsWith(
            ": it closes the connection, perhaps because it does not offer TLS. If so, switch it on there, or clear ssl_enabled.",
            failure.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ASecondaryAloneIsSaid()
    {
        await using var server = await ServerAsync();
        server.Topology = MongoWireTopology.Secondary;
        await AssertFailsAsync(
            Source($"{server.ConnectionString}?serverSelectionTimeoutMS=300"),
            FailureKind.Retry,
            "MongoDB collection 'shop.orders': the servers respond, but none matches the read preference. Is a primary elected? For a "
                + "single member set direct_connection."
        );
        await using var direct = SomeMongo.Source(server, ("direct_connection", true));
        await direct.PingAsync(Cancelled);
    }

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("mongodb://reader:s3cret-pass@host:not-a-port/")]
    [InlineData("mongodb://reader:s3cret-pass@host/?w=majority&readPreference=sideways")]
    [InlineData("mongodb://reader:s3cret-pass@/")]
    public async Task AnAddressThatIsNoneIsSaidWithoutRepeatingIt(string host) =>
        await AssertFailsAsync(
            Source(host),
            FailureKind.Fatal,
            "host: not a MongoDB address. Use NAME, NAME:PORT, mongodb://NAME:PORT/ or mongodb+srv://NAME/, and percent-encode special "
                + "characters in options."
        );

    [Theory]
    [InlineData("", "shop", "orders", "host: required, but empty. Set it in the connector's configuration.")]
    [InlineData("host", " ", "orders", "database: required, but empty. Set it in the connector's configuration.")]
    [InlineData("host", "shop", "", "collection: required, but empty. Set it in the connector's configuration.")]
    public async Task EmptyFieldsAreSaid(string host, string database, string collection, string expected) =>
        await AssertFailsAsync(Source(host, ("database", database), ("collection", collection)), FailureKind.Fatal, expected);

    [Theory]
    [InlineData(
        "ssl_ca",
        "no pem",
        "ssl_ca: no certificate in it. Paste the PEM file of the Certificate Authority, with its BEGIN and END lines."
    )]
    [InlineData(
        "ssl_ca",
        "-----BEGIN CERTIFICATE----- AAAA -----END CERTIFICATE-----",
        "ssl_ca: the certificate can't be read. Paste the PEM file of the Certificate Authority."
    )]
    [InlineData(
        "datetime_conversion",
        "SOMETIMES",
        "datetime_conversion: \"SOMETIMES\" is none of DATETIME, DATETIME_CLAMP, DATETIME_AUTO, DATETIME_MS."
    )]
    [InlineData("direct_connection", "perhaps", "direct_connection: \"perhaps\" is not true or false.")]
    public async Task ImpossibleValuesAreSaid(string field, string value, string expected) =>
        await AssertFailsAsync(Source("host", ("ssl_enabled", true), (field, value)), FailureKind.Fatal, expected);

    private static async Task<MongoWireServer> ServerAsync()
    {
        var server = await MongoWireServer.StartAsync();
        server.AddCollection("shop", "orders", new BsonDocument("_id", 1));
        return server;
    }

    private static MongoDataSource Source(string host, params (string, JsonNode?)[] others) =>
        new(new SourceContext { Settings = SomeMongo.Settings(host, others) });

    private static async Task<ConnectorException> FailureAsync(MongoDataSource source)
    {
        await using (source)
        {
            var failure = await Assert.ThrowsAsync<ConnectorException>(() => source.PingAsync(Cancelled));
            Assert.DoesNotContain(Password, failure.ToString(), StringComparison.Ordinal);
            return failure;
        }
    }

    private static async Task AssertFailsAsync(MongoDataSource source, FailureKind kind, string message)
    {
        var failure = await FailureAsync(source);
        Assert.Equal(message, failure.Message);
        Assert.Equal(kind, failure.Kind);
    }
}
