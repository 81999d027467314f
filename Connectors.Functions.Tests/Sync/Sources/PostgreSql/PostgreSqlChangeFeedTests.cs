using Connectors.Tests.Support.Servers;
using Connectors.Tests.Sync.Sources.Sql;
using Xunit;

namespace Connectors.Tests.Sync.Sources.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlChangeFeedTests(PostgreSqlServer server) : SqlChangeFeedTests(server, "timestamptz", "timestamp", "SET TimeZone = 'UTC'", "clock_timestamp()");
