using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Databases.Sql.Rules;
using Connectors.Sources.Databases.Sql.Tables;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Databases.Sql.Reading;

/// <summary>
/// Reads pages of a part of a table: each the rows that follow the last one's key, in the server's own order, in a transaction that ends
/// with the page. Partitions may be read at the same time.
/// </summary>
internal sealed class SqlPages(ISqlDialect dialect, DbDataSource database, SqlRuleTables rules, ILogger logger)
{
    private const int AssumedRowBytes = 4096;
    private const int FirstBatch = 500;
    private readonly ConcurrentDictionary<string, SqlTable> _tables = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _rowBytes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _repeating = new(StringComparer.Ordinal);

    public Task<SourcePage> ReadAsync(SqlBounds bounds, PageToken after, PageLimits limits, CancellationToken cancellationToken) =>
        SqlTransactions.RunAsync(
            dialect,
            database,
            transaction => ReadAsync(transaction, bounds, after, limits, cancellationToken),
            cancellationToken
        );

    private async Task<SourcePage> ReadAsync(
        DbTransaction transaction,
        SqlBounds bounds,
        PageToken after,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        using var page = new SourcePageBuilder(limits);
        if (bounds.Gap is not null)
        {
            await AddGapAsync(page, transaction, bounds, cancellationToken);
            return page.Build(PageToken.Start, isLast: true);
        }

        try
        {
            if (await DescribeAsync(transaction, bounds, cancellationToken) is { } table)
            {
                var last = after.IsStart ? null : SqlKey.Decode(after, table.Key.Count);
                var next = await FillAsync(page, transaction, new SqlPart(table, bounds), last, SqlKey.Encode, limits, cancellationToken);
                return page.Build(next ?? PageToken.Start, isLast: next is null, restarts: last is null && !after.IsStart);
            }
        }
        catch (DbException failure) when (bounds.Rule is not null && dialect.WhyRefused(failure) is { } reason)
        {
            _tables.Clear();
            throw rules.Refused(bounds.Table, reason);
        }
        catch (DbException closed) when (dialect.Tables.IsAll && dialect.IsInaccessible(closed))
        {
            // As below.
        }
        catch (DbException changed) when (dialect.IsOtherShape(changed))
        {
            _tables.Clear();
            throw new ConnectorException(
                FailureKind.Retry,
                $"{dialect.DisplayName}: the columns of the table '{bounds.Table}' were changed while it was read."
            );
        }

        // With * nobody said that this table has to be readable, but neither that its documents should go.
        page.AddGap(bounds.Table, "the table was dropped, or may no longer be read");
        return page.Build(PageToken.Start, isLast: true);
    }

    private async Task AddGapAsync(SourcePageBuilder page, DbTransaction transaction, SqlBounds bounds, CancellationToken cancellationToken)
    {
        switch (bounds.Gap)
        {
            case SqlBounds.NoRight:
                page.AddGap(
                    bounds.Table,
                    "the user may not read this table; grant SELECT on it, or exclude it in the field tables ('*, -name')"
                );
                break;
            case SqlBounds.NoKey when await dialect.HasRowsAsync(transaction, bounds.Table, cancellationToken):
                page.AddGap(
                    bounds.Table,
                    "the table has no primary key, so its rows can't be told apart and are not read; "
                        + "give it a primary key, or exclude it in the field tables ('*, -name')"
                );
                break;
            case { } reason and not SqlBounds.NoKey:
                page.AddGap(bounds.Table, reason);
                break;
        }
    }

    /// <summary>The table; <see langword="null"/> when it is gone and was not named.</summary>
    private async Task<SqlTable?> DescribeAsync(DbTransaction transaction, SqlBounds bounds, CancellationToken cancellationToken)
    {
        if (!_tables.TryGetValue(bounds.Table, out var table))
        {
            table = bounds.Rule is { } rule
                ? await rules.DescribeAsync(transaction, rule, cancellationToken)
                : await dialect.DescribeAsync(transaction, bounds.Table, cancellationToken);
            if (table is null)
            {
                return dialect.Tables.IsAll
                    ? null
                    : throw new ConnectorException(
                        $"{dialect.DisplayName}: the table '{bounds.Table}' was dropped while it was read. Correct the field tables."
                    );
            }

            _tables[bounds.Table] = table;
        }

        return table.KeyShape == bounds.KeyShape
            ? table
            : throw new ConnectorException(
                $"{dialect.DisplayName}: "
                    + (bounds.Rule is null ? $"the primary key of the table '{bounds.Table}' was" : $"{bounds.Table}: its id_columns were")
                    + " changed while it was read. Start a new sync."
            );
    }

    /// <summary>Adds rows until the page is full.</summary>
    /// <param name="page">The page.</param>
    /// <param name="transaction">The transaction to read in.</param>
    /// <param name="part">What to read.</param>
    /// <param name="last">The key of the last row that was read, or <see langword="null"/>.</param>
    /// <param name="encode">Makes a key a token; <see langword="null"/> where no page may end.</param>
    /// <param name="limits">The page's limits.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>Where the next page begins; <see langword="null"/> when there are no more rows.</returns>
    public async Task<PageToken?> FillAsync(
        SourcePageBuilder page,
        DbTransaction transaction,
        SqlPart part,
        string[]? last,
        Func<string[], PageToken?> encode,
        PageLimits limits,
        CancellationToken cancellationToken
    )
    {
        var table = part.Table;
        while (true)
        {
            var size = BatchSize(table, page, limits);
            var count = 0;
            await using var command = dialect.ReadCommand(transaction, part, last, size);
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                count++;
                var key = Add(page, table, part.Bounds, rows);
                if (table.Query is not null && last is not null && key.SequenceEqual(last, StringComparer.Ordinal))
                {
                    TellRepeated(table);
                }

                last = key;
                if (page.IsFull && encode(last) is { } next)
                {
                    Remember(table, page);
                    return next;
                }
            }

            Remember(table, page);
            if (count < size)
            {
                return null;
            }
        }
    }

    /// <summary>As many rows as the page has room for, going by the size of those before: what a query sends in excess is thrown
    /// away.</summary>
    private int BatchSize(SqlTable table, SourcePageBuilder page, PageLimits limits)
    {
        var room = Math.Max(limits.MaxDocuments - page.Count, 1);
        return _rowBytes.TryGetValue(table.Name, out var bytes)
            ? Math.Clamp(limits.MaxBytes / Math.Max(bytes, 64), 1, room)
            : Math.Clamp(limits.MaxBytes / AssumedRowBytes, 1, Math.Min(room, FirstBatch));
    }

    private void TellRepeated(SqlTable table)
    {
        if (_repeating.TryAdd(table.Name, true))
        {
            SqlLog.RowsRepeatTheirKey(logger, table.Name, string.Join(", ", table.Key.Select(column => column.Name)));
        }
    }

    private void Remember(SqlTable table, SourcePageBuilder page)
    {
        if (page.Count > 0)
        {
            _rowBytes[table.Name] = page.SizeInBytes / page.Count;
        }
    }

    private string[] Add(SourcePageBuilder page, SqlTable table, SqlBounds bounds, DbDataReader rows)
    {
        try
        {
            return AddRow(page, table, bounds, rows);
        }
        catch (Exception odd) when (odd is IndexOutOfRangeException or InvalidCastException or JsonException)
        {
            // Other columns than were asked for, or a text where a number was promised.
            throw new ConnectorException(
                $"{dialect.DisplayName}: '{table.Name}': the answer does not fit the question. Check that nothing between here and the "
                    + "server changes its answers."
            );
        }
    }

    private string[] AddRow(SourcePageBuilder page, SqlTable table, SqlBounds bounds, DbDataReader rows)
    {
        var values = new string?[table.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = rows.IsDBNull(i) ? null : dialect.Text(rows, i);
        }

        var key = new string[table.Key.Count];
        for (var i = 0; i < key.Length; i++)
        {
            key[i] = rows.IsDBNull(values.Length + i) ? throw rules.WithoutKey(table) : dialect.KeyText(rows, values.Length + i);
        }

        string[] parts = [.. table.IdColumns.Select(column => SqlText.Python(values[column] ?? string.Empty, table.Columns[column].Kind))];
        var json = page.Begin(SqlRowId.Of(table.IdPrefix, parts, bounds.Clashes ?? []));
        json.WriteStartObject();
        foreach (var (name, value) in table.Constants)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        for (var i = 0; i < values.Length; i++)
        {
            json.WritePropertyName(table.FieldNames[i]);
            SqlValueWriter.Write(json, table.Columns[i], values[i]);
        }

        json.WriteEndObject();
        page.End();
        return key;
    }
}
