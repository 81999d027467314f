using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Databases.Sql;

/// <summary>Messages of SQL sources.</summary>
internal static partial class SqlLog
{
    [LoggerMessage(
        214,
        LogLevel.Warning,
        "The table {Table} has no column {Column} with a date, or a date and a time, so this incremental sync reads all of it"
    )]
    public static partial void TableReadWhole(ILogger logger, string table, string column);
}
