using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.MySql;
using Connectors.Sources.Databases.Sql.PostgreSql;
using Connectors.Sync.Elasticsearch;
using Connectors.Sync.Protocol.Connectors;
using Connectors.Sync.Service.Jobs;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql;

/// <summary>A connector from before there was the field <c>incremental_column</c>.</summary>
public sealed class SqlUpgradeTests
{
    public static TheoryData<string> Sources => new("postgresql", "mysql");

    [Theory]
    [MemberData(nameof(Sources))]
    public void TheColumnDoesNotShapeDocumentsSoNamingItRewritesNone(string type)
    {
        var description =
            type == "mysql"
                ? new MySqlDataSource(SourceContext.Empty).Description
                : new PostgreSqlDataSource(SourceContext.Empty).Description;
        var older = description with { Fields = [.. description.Fields.Where(field => field.Name != "incremental_column")] };

        Assert.Equal(description.Fields.Count - 1, older.Fields.Count);
        Assert.True(description.HasChangeFeed);
        Assert.Equal(Fingerprint(older, null), Fingerprint(description, null));
        Assert.Equal(Fingerprint(older, null), Fingerprint(description, "changed"));
        Assert.NotEqual(Fingerprint(description, null), Fingerprint(description, null, tables: "a"));
    }

    private static string Fingerprint(SourceDescription source, string? column, string tables = "*")
    {
        var configuration = new JsonObject
        {
            ["host"] = Value("h"),
            ["tables"] = Value(tables),
            ["incremental_column"] = Value(column),
        };
        var connector = new JsonObject
        {
            ["index_name"] = "search",
            ["service_type"] = source.ServiceType,
            ["configuration"] = configuration,
        };
        return JobSetup.DryRun(new ConnectorRecord(new StoredDocument("c", connector, 1, 1)), source).Fingerprint;
    }

    private static JsonObject Value(string? value) => new() { ["value"] = value };
}
