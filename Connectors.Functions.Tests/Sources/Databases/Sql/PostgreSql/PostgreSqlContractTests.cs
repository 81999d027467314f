using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.PostgreSql;

[Collection("PostgreSQL")]
public sealed class PostgreSqlContractTests(PostgreSqlServer server)
    : SqlContractTests(
        server,
        """
        CREATE TABLE orders (id int PRIMARY KEY, note text);
        INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 6) n;
        CREATE TABLE pairs (language text COLLATE "und-x-icu", number int, PRIMARY KEY (language, number));
        INSERT INTO pairs VALUES ('de', 1), ('de', 2), ('ü', 1), ('a_b', 1);
        CREATE TABLE things (id uuid PRIMARY KEY, "_source" int);
        INSERT INTO things SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, n FROM generate_series(1, 2) n;
        CREATE TABLE nothing (id int PRIMARY KEY);
        CREATE TABLE empty_log (line text);
        ANALYZE
        """,
        database =>
            [
                .. from number in Enumerable.Range(1, 6) select $"{database}_public_orders_{number}",
                .. from pair in new[] { "de_1", "de_2", "ü_1" } select $"{database}_public_pairs_{pair}",
                $"{database}_public_pairs_[\"a_b\",\"1\"]",
                .. from number in Enumerable.Range(1, 2) select $"{database}_public_things_00000000-0000-0000-0000-00000000000{number}",
            ]
    );
