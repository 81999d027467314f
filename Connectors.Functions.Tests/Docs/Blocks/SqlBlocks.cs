using Connectors.Tests.Docs.Pages;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>Statements in SQL: those that make a user who may just read. <see cref="PostgreSqlBlockTests"/> and
/// <see cref="MySqlBlockTests"/> run them on servers; of those for SQL Server, of which there is none here,
/// <see cref="Sources.Databases.Sql.MsSql.MsSqlStatementTests"/> reads the grammar.</summary>
internal static class SqlBlocks
{
    public const string PostgreSqlPage = "docs/sources/postgresql.md";
    public const string MySqlPage = "docs/sources/mysql.md";
    public const string MsSqlPage = "docs/sources/mssql.md";

    /// <summary>Whether a test runs the blocks of that page, or reads them where there is no server.</summary>
    public static void IsCovered(DocBlock block) =>
        Assert.True(block.File is PostgreSqlPage or MySqlPage or MsSqlPage, "no test runs these statements");

    /// <summary>The block of a page that makes a user, with a password.</summary>
    public static string UserOf(string page) => Text(page, isOfUser: true).Replace("'...'", "'docs-pw-1'", StringComparison.Ordinal);

    /// <summary>The block of a page that makes a column with the time of the last change.</summary>
    public static string TimeOf(string page) => Text(page, isOfUser: false);

    private static string Text(string page, bool isOfUser) =>
        string.Join(
            '\n',
            Assert
                .Single(MarkdownPages.Blocks(page), block =>
                    block.Language == "sql" && block.Lines.Any(line => line.Contains("reader", StringComparison.Ordinal)) == isOfUser
                )
                .Lines
        );
}
