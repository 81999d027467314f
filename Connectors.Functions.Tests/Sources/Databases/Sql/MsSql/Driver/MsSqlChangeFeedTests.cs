using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql.Driver;

[Collection("TDS")]
public sealed class MsSqlChangeFeedTests(TdsServer server)
    : SqlChangeFeedTests(server, "datetimeoffset", "datetime2", "SET NOCOUNT ON", "SYSUTCDATETIME()");
