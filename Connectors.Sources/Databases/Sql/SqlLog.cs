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

    [LoggerMessage(
        217,
        LogLevel.Warning,
        "The field tables leaves out {Table}, and there is no such table: see whether its name is written as the database keeps it"
    )]
    public static partial void NothingExcluded(ILogger logger, string table);

    [LoggerMessage(
        216,
        LogLevel.Warning,
        "Several rows of {Rule} have the same {Columns}, and only one of them becomes the document: name id_columns that tell them apart"
    )]
    public static partial void RowsRepeatTheirKey(ILogger logger, string rule, string columns);
}
