namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>The order in which the ids of a table's rows name the columns of its key: that of the Python service.</summary>
internal enum SqlIdOrder
{
    /// <summary>That of the key.</summary>
    Key,

    /// <summary>That of the table.</summary>
    Columns,

    /// <summary>That of the columns' names, capital letters first.</summary>
    Names,
}
