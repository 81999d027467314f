using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>The fields that the databases share. Their names are the Python service's, but for <c>statement_timeout</c> and
/// <c>incremental_column</c>.</summary>
internal static class SqlFields
{
    public const string Host = "host";
    public const string Port = "port";
    public const string Password = "password";
    public const string Database = "database";
    public const string Tables = "tables";
    public const string SslEnabled = "ssl_enabled";
    public const string SslCa = "ssl_ca";
    public const string StatementTimeout = "statement_timeout";
    public const string IncrementalColumn = "incremental_column";
    private const int DefaultTimeout = 300;

    /// <summary>The fields in order.</summary>
    /// <param name="userField">The name of the field for the user.</param>
    /// <param name="defaultPort">The database's usual port.</param>
    /// <param name="further">Fields that follow the database.</param>
    public static IReadOnlyList<ConfigField> All(string userField, int defaultPort, params ConfigField[] further) =>
        [
            new(Host, "Host") { TakesNoUrl = true },
            new(Port, "Port")
            {
                Type = ConfigFieldType.Integer,
                Display = ConfigDisplay.Numeric,
                DefaultValue = defaultPort,
                Validations = [new ConfigValidation("greater_than", 0), new ConfigValidation("less_than", ushort.MaxValue + 1)],
            },
            new(userField, "Username"),
            new(Password, "Password") { Required = false, Sensitive = true },
            new(Database, "Database"),
            .. further,
            new(Tables, "Tables")
            {
                Type = ConfigFieldType.List,
                Display = ConfigDisplay.TextArea,
                DefaultValue = "*",
                Tooltip = "Names of tables, divided by commas; * for all, or '*, -one, -other' for all but some.",
            },
            CommonFields.Toggle(SslEnabled, "Enable SSL", "Encrypt the connection and check the server's certificate.") with
            {
                ShapesDocuments = false,
            },
            new(SslCa, "SSL certificate")
            {
                Required = false,
                DependsOn = [new ConfigDependency(SslEnabled, JsonValue.Create(true))],
                Tooltip = "Certificate Authority of the server as PEM text. Leave empty for one that this system trusts.",
                ShapesDocuments = false,
            },
            new(StatementTimeout, "Statement timeout")
            {
                Type = ConfigFieldType.Integer,
                Display = ConfigDisplay.Numeric,
                Required = false,
                DefaultValue = DefaultTimeout,
                Tooltip = "Seconds after which the server ends a query.",
                UiRestrictions = ["advanced"],
                ShapesDocuments = false,
            },
            new(IncrementalColumn, "Column with the time of the last change")
            {
                Required = false,
                Tooltip =
                    "A column with a date and a time that every change of a row moves, in each table that has it. Incremental syncs go "
                    + "by it; without one, every sync is a full one.",
                UiRestrictions = ["advanced"],
                ShapesDocuments = false,
            },
        ];

    /// <exception cref="ConnectorException">Not a port.</exception>
    public static int GetPort(SourceSettings settings, int fallback) => Number(settings, Port, fallback, ushort.MaxValue);

    /// <exception cref="ConnectorException">Not a sensible number of seconds.</exception>
    public static TimeSpan GetTimeout(SourceSettings settings) =>
        TimeSpan.FromSeconds(Number(settings, StatementTimeout, DefaultTimeout, 86_400));

    private static int Number(SourceSettings settings, string field, int fallback, int most)
    {
        var number = settings.GetInteger(field, fallback);
        return number >= 1 && number <= most
            ? (int)number
            : throw new ConnectorException($"{field}: {number} is out of range. Give a number from 1 to {most}.");
    }
}
