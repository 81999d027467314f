using System.Data.Common;
using System.IO.Hashing;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Tables;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>
/// What changed, by a column that every change of a row moves: of each table the rows whose column is not older than the last reading, by
/// the server's clock. A table without that column is read whole. When tables, keys or columns are others than at the last reading, the
/// column can't tell what that did to documents, and everything has to be read. Called by one reader at a time.
/// </summary>
internal sealed class SqlChanges(ISqlDialect dialect, DbDataSource database, SqlPages pages, ILogger logger)
{
    private const string NoColumn = $"No column tells when a row changed. Name one in the field {SqlFields.IncrementalColumn}.";
    private const string HasRules = "Advanced sync rules are set, and nothing tells what changed in the rows of their queries.";

    private Known? _known;

    private string WhyNone => dialect.Rules.Count > 0 ? HasRules : NoColumn;

    /// <summary>The server's time, before anything is read.</summary>
    public async Task<ChangeStart> FindCursorAsync(CancellationToken cancellationToken)
    {
        if (dialect.Rules.Count > 0 || dialect.IncrementalColumn is not { } column)
        {
            return new ChangeStart(null, WhyNone);
        }

        return await SqlTransactions.RunAsync(
            dialect,
            database,
            async transaction =>
            {
                var now = await dialect.ClockAsync(transaction, cancellationToken);
                var known = await KnowAsync(transaction, column, cancellationToken);
                return new ChangeStart(new SqlChangeCursor(now, known.Shape).ToString());
            },
            cancellationToken
        );
    }

    /// <exception cref="ConnectorException">A column is named, and none of the tables has it.</exception>
    public async Task CheckAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (
            dialect.IncrementalColumn is { } column
            && (await KnowAsync(transaction, column, cancellationToken)).Tables is { Count: > 0 } tables
            && tables.All(table => SqlIncremental.Of(table, column, DateTimeOffset.UnixEpoch.AddYears(1)) is null)
        )
        {
            throw new ConnectorException(
                $"{dialect.DisplayName}: no table has a column '{column}' with a date, or a date and a time. Correct the field "
                    + $"{SqlFields.IncrementalColumn}, or clear it to have full syncs only."
            );
        }
    }

    /// <summary>Reads a page: rows of one table, none when it has no changes.</summary>
    public async Task<ChangePage> ReadAsync(string cursor, PageToken after, PageLimits limits, CancellationToken cancellationToken)
    {
        if (dialect.Rules.Count > 0 || dialect.IncrementalColumn is not { } column)
        {
            return ChangePage.Expired(WhyNone);
        }

        if (SqlChangeCursor.Parse(cursor) is not { } since)
        {
            return ChangePage.Expired("The stored time of the last sync can't be read.");
        }

        return await SqlTransactions.RunAsync(
            dialect,
            database,
            transaction => ReadAsync(transaction, column, since, after, limits, cancellationToken),
            cancellationToken
        );
    }

    private async Task<ChangePage> ReadAsync(
        DbTransaction transaction,
        string column,
        SqlChangeCursor since,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        var position = SqlChangePosition.Parse(after)
            ?? new SqlChangePosition(await dialect.ClockAsync(transaction, cancellationToken), string.Empty, null);
        if (position.StartedAt < since.Time)
        {
            return ChangePage.Expired("The clock of the database server is behind the time of the last sync.");
        }

        var known = await KnowAsync(transaction, column, cancellationToken);
        if (known.Shape != since.Shape)
        {
            return ChangePage.Expired(
                $"Tables or their columns, or the field {SqlFields.IncrementalColumn}, are others than at the last sync."
            );
        }

        using var page = new SourcePageBuilder(limits);
        var next = known.Tables.SkipWhile(table => string.CompareOrdinal(table.Name, position.Table) < 0).Take(2).ToArray();
        PageToken? token = null;
        if (next.Length > 0)
        {
            position =
                next[0].Name == position.Table && position.After?.Length == next[0].Key.Count
                    ? position
                    : position with
                    {
                        Table = next[0].Name,
                        After = null,
                    };
            token = await FillAsync(
                page,
                transaction,
                next[0],
                known,
                SqlIncremental.Of(next[0], column, since.Time),
                position,
                limits,
                cancellationToken
            ) ?? (next.Length > 1 ? (position with { Table = next[1].Name, After = null }).ToToken() : null);
        }

        return token is { } more
            ? new ChangePage(page.Build(more, isLast: false), [])
            : new ChangePage(page.Build(PageToken.Start, isLast: true), [], (since with { Time = position.StartedAt }).ToString());
    }

    /// <summary>Adds rows of a table until the page is full; <see langword="null"/> at the table's end.</summary>
    private async Task<PageToken?> FillAsync(
        SourcePageBuilder page,
        DbTransaction transaction,
        SqlTable table,
        Known known,
        SqlIncremental? since,
        SqlChangePosition position,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        if (since is null && position.After is null)
        {
            SqlLog.TableReadWhole(logger, table.Name, dialect.IncrementalColumn!);
        }

        try
        {
            var bounds = new SqlBounds(table.Name, table.KeyShape, Clashes: SqlRowId.Clashes(table.Name, known.Names));
            return await pages.FillAsync(
                page,
                transaction,
                new SqlPart(table, bounds, since),
                position.After,
                key => (position with { After = key }).ToToken(),
                limits,
                cancellationToken
            );
        }
        catch (DbException closed) when (dialect.Tables.IsAll && dialect.IsInaccessible(closed))
        {
            page.AddGap(table.Name, "the table was dropped, or may no longer be read; its changes come with the next full sync");
            return null;
        }
        catch (DbException changed) when (dialect.IsOtherShape(changed))
        {
            _known = null;
            throw new ConnectorException(
                FailureKind.Retry,
                $"{dialect.DisplayName}: the columns of the table '{table.Name}' were changed while it was read."
            );
        }
    }

    private async Task<Known> KnowAsync(DbTransaction transaction, string column, CancellationToken cancellationToken)
    {
        if (_known is { } known)
        {
            return known;
        }

        var facts = (await dialect.ListAsync(transaction, cancellationToken))
            .Where(table => dialect.Tables.Contains(table.Name))
            .OrderBy(table => table.Name, StringComparer.Ordinal)
            .ToList();
        var (tables, shape) = (new List<SqlTable>(), new List<string> { column });
        foreach (var fact in facts)
        {
            shape.Add($"{fact.Name} {fact.HasKey} {fact.IsReadable}");
            if (
                fact is { HasKey: true, IsReadable: true }
                && await dialect.DescribeAsync(transaction, fact.Name, cancellationToken) is { Key.Count: > 0 } table
            )
            {
                tables.Add(table);
                shape.Add(table.KeyShape);
                shape.AddRange(table.Columns.Select(each => $"{each.Name} {each.Type}"));
            }
        }

        return _known = new Known(
            tables,
            [.. facts.Select(fact => fact.Name)],
            Convert.ToHexStringLower(XxHash128.Hash(JsonSerializer.SerializeToUtf8Bytes(shape)))
        );
    }

    /// <param name="Tables">Those that can be read, in the order of their names.</param>
    /// <param name="Names">Names of all that are chosen.</param>
    /// <param name="Shape">A hash that differs when a table, a key or a column does, or the column that tells of changes is another
    /// one.</param>
    private sealed record Known(IReadOnlyList<SqlTable> Tables, string[] Names, string Shape);
}
