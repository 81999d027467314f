using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MsSql.Driver;

[Collection("TDS")]
public sealed class MsSqlContractTests(TdsServer server)
    : SqlContractTests(
        server,
        """
        CREATE TABLE orders (id int PRIMARY KEY, note nvarchar(max), [Table] int);
        INSERT INTO orders VALUES (-3, 'a', 0), (1, 'b', 0), (2, 'c', 0), (3, NULL, NULL), (900, 'e', 0), (901, 'f', 0);
        CREATE TABLE pairs (language nvarchar(10), number int, PRIMARY KEY (language, number));
        INSERT INTO pairs VALUES ('de', 1), ('de', 2), (N'ü', 1), ('a_b', 1);
        CREATE TABLE things (id uniqueidentifier PRIMARY KEY, [_source] int);
        INSERT INTO things VALUES ('00000001-0000-0000-0000-000000000002', 1), ('00000002-0000-0000-0000-000000000001', 2);
        CREATE TABLE nothing (id int PRIMARY KEY);
        CREATE TABLE empty_log (line text)
        """,
        database =>
            [
                .. from number in new[] { -3, 1, 2, 3, 900, 901 } select $"{database}_dbo_orders_{number}",
                .. from pair in new[] { "de_1", "de_2", "ü_1" } select $"{database}_dbo_pairs_{pair}",
                $"{database}_dbo_pairs_[\"a_b\",\"1\"]",
                $"{database}_dbo_things_00000001-0000-0000-0000-000000000002",
                $"{database}_dbo_things_00000002-0000-0000-0000-000000000001",
            ]
    );
