using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlChangeFeedTests(PostgreSqlServer server)
    : SqlChangeFeedTests(server, "timestamptz", "timestamp", "SET TimeZone = 'UTC'", "clock_timestamp()");
