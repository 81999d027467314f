using System.Collections.Concurrent;
using Connectors.Tests.Support.Tds;
using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Connectors.Tests.Support.TSql;

/// <summary>A login.</summary>
/// <param name="Password">Its password.</param>
/// <param name="Readable">The tables that it may read; <see langword="null"/> for all.</param>
/// <param name="SeesAll">Whether it may see the definition of all tables, readable or not.</param>
internal sealed record TSqlUser(string Password, IReadOnlyCollection<string>? Readable = null, bool SeesAll = true)
{
    public bool MayRead(string table) => Readable?.Contains(table) != false;
}

/// <summary>
/// Databases in memory that answer as much T-SQL as the source asks and its tests need to make tables: statements are read by Microsoft's
/// parser, and run as they are written. Every other one is refused with an error and noted, so that nothing passes by luck. It is no SQL
/// Server, and shows nothing of how one would plan, lock or collate.
/// </summary>
internal sealed class TSqlServer(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Dictionary<string, TSqlTable>> _databases = new() { ["master"] = Tables() };

    /// <summary>Who may log in.</summary>
    public ConcurrentDictionary<string, TSqlUser> Users { get; } = new();

    /// <summary>Statements that were not understood.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    /// <summary>What a statement is answered instead, if anything.</summary>
    public Func<string, TdsAnswer, TdsAnswer> Fault { get; set; } = (_, answer) => answer;

    private TimeProvider Clock => clock;

    /// <summary>The answer to a login.</summary>
    public TdsAnswer Welcome(TdsLogin login)
    {
        if (!Users.TryGetValue(login.User, out var user) || user.Password != login.Password)
        {
            return TdsAnswer.Error(18456, $"Login failed for user '{login.User}'.");
        }

        return _databases.ContainsKey(login.Database)
            ? TdsAnswer.LoggedIn
            : TdsAnswer.Error(4060, $"Cannot open database \"{login.Database}\" requested by the login. The login failed.", 11);
    }

    /// <summary>Runs a statement, once the tables that it reads are free.</summary>
    public async Task<TdsAnswer> AnswerAsync(TdsLogin login, TdsRequest request, CancellationToken cancellationToken) =>
        Fault(request.Statement, await RunAsync(login, request, cancellationToken));

    private static Dictionary<string, TSqlTable> Tables() => new(StringComparer.OrdinalIgnoreCase);

    private async Task<TdsAnswer> RunAsync(TdsLogin login, TdsRequest request, CancellationToken cancellationToken)
    {
        var session = new Session(this, login, request);
        try
        {
            lock (_gate)
            {
                if (TSqlCatalog.Answer(request, session.Visible, session.User) is { } known)
                {
                    return known;
                }
            }

            var answer = TdsAnswer.Done;
            foreach (var statement in Parse(request.Statement))
            {
                await session.WaitAsync(statement, cancellationToken);
                lock (_gate)
                {
                    answer = session.Run(statement) ?? answer;
                }
            }

            return answer;
        }
        catch (TSqlException wrong)
        {
            if (wrong.Number == TSqlException.Unknown)
            {
                Refused.Enqueue($"{wrong.Message} in {request.Statement}");
            }

            return TdsAnswer.Error(wrong.Number, wrong.Message, severity: 16);
        }
    }

    private static IEnumerable<TSqlStatement> Parse(string text)
    {
        using var reader = new StringReader(text);
        var script = (TSqlScript)new TSql130Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        return errors is [var first, ..]
            ? throw new TSqlException(TSqlException.Syntax, first.Message)
            : script.Batches.SelectMany(batch => batch.Statements);
    }

    /// <summary>A request of somebody who has logged in.</summary>
    private sealed class Session(TSqlServer server, TdsLogin login, TdsRequest request)
    {
        private readonly Dictionary<string, TSqlTable> _tables = server._databases[login.Database];

        public TSqlUser User { get; } = server.Users[login.User];

        /// <summary>The tables that the user has some right to.</summary>
        public IEnumerable<TSqlTable> Visible => _tables.Values.Where(table => User.SeesAll || User.MayRead(table.Name));

        /// <summary>What it answers; <see langword="null"/> when it gives no rows.</summary>
        public TdsAnswer? Run(TSqlStatement statement)
        {
            switch (statement)
            {
                case SelectStatement { QueryExpression: var query, Into: null, WithCtesAndXmlNamespaces: null }:
                    var result = new TSqlQuery(Find, request.Parameters, server.Clock).Run(query);
                    return TdsAnswer.Rows([.. result.Columns.Select(column => (column.Name, column.Type))], result.Rows);
                case PredicateSetStatement { Options: SetOptions.NoCount } or BeginTransactionStatement:
                    return null;
                case CreateDatabaseStatement { DatabaseName.Value: var name }:
                    server._databases[name] = Tables();
                    return null;
                case var _ when new TSqlChange(_tables, server.Clock).Run(statement):
                    return null;
                default:
                    throw TSqlException.NotKnown(statement);
            }
        }

        /// <summary>Waits for tables that somebody else has locked.</summary>
        public async Task WaitAsync(TSqlStatement statement, CancellationToken cancellationToken)
        {
            var named = new NamedTables();
            statement.Accept(named);
            foreach (var name in named.Names)
            {
                await (_tables.GetValueOrDefault(name)?.Free ?? Task.CompletedTask).WaitAsync(cancellationToken);
            }
        }

        private TSqlTable Find(NamedTableReference reference)
        {
            var (schema, name) = (reference.SchemaObject.SchemaIdentifier?.Value ?? "dbo", reference.SchemaObject.BaseIdentifier.Value);
            if (schema != "dbo" || !_tables.TryGetValue(name, out var table) || !Visible.Contains(table))
            {
                throw new TSqlException(208, $"Invalid object name '{schema}.{name}'.");
            }

            if (!User.MayRead(name))
            {
                throw new TSqlException(229, $"The SELECT permission was denied on the object '{name}', schema '{schema}'.");
            }

            if (reference.TableHints.Any(hint => hint.HintKind == TableHintKind.TabLockX))
            {
                table.Lock(login.Closed);
            }

            return table;
        }
    }

    private sealed class NamedTables : TSqlFragmentVisitor
    {
        public List<string> Names { get; } = [];

        public override void Visit(NamedTableReference node) => Names.Add(node.SchemaObject.BaseIdentifier.Value);
    }
}
