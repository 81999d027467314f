using Connectors.Tests.Support.Servers;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql.MySql;

[Collection("MariaDB")]
public sealed class MySqlContractTests(MariaDbServer server)
    : SqlContractTests(
        server,
        """
        CREATE TABLE orders (id int PRIMARY KEY, note text, `Table` int);
        INSERT INTO orders VALUES (-3, 'a', 0), (1, 'b', 0), (2, 'c', 0), (3, 'd', 0), (900, 'e', 0), (901, 'f', 0);
        CREATE TABLE pairs (language varchar(10), number int, PRIMARY KEY (language, number));
        INSERT INTO pairs VALUES ('de', 1), ('de', 2), ('ü', 1), ('a_b', 1);
        CREATE TABLE empty_log (line text);
        CREATE VIEW all_pairs AS SELECT * FROM pairs;
        ANALYZE TABLE orders
        """,
        _ =>
            [
                "orders_-3",
                "orders_1",
                "orders_2",
                "orders_3",
                "orders_900",
                "orders_901",
                "pairs_de_1",
                "pairs_de_2",
                "pairs_ü_1",
                "pairs_[\"a_b\",\"1\"]",
            ]
    );
