namespace Connectors.Sources.Databases.Sql.MsSql.Tds;

/// <summary>A server that is not what it should be.</summary>
/// <param name="message">A sentence that follows the server's name.</param>
internal sealed class TdsException(string message) : IOException(message);
