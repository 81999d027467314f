using System.Text;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Faults;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;
using Connectors.Emulator.Ingest;
using Connectors.Emulator.Mapping;

namespace Connectors.Emulator.Bulk;

/// <summary>Many writes in one call, each with its own result.</summary>
internal sealed class BulkRoutes(Cluster cluster, DocumentWriter writer, FaultPlan faults, EmulatorOptions options) : IRoutes
{
    private const string Parameters = "refresh,timeout,wait_for_active_shards,pipeline,require_alias,_source,include_source_on_error";

    public IEnumerable<Route> Routes =>
        [
            new("POST,PUT", "_bulk", Parameters, exchange => Run(exchange, null)),
            new("POST,PUT", "{index}/_bulk", Parameters, exchange => Run(exchange, exchange.Segments[0])),
        ];

    private void Run(Exchange exchange, string? index)
    {
        if (exchange.Body.Length > options.MaxIndexingBytes)
        {
            throw DocumentRoutes.Pressure(exchange.Body.Length, options.MaxIndexingBytes).Thrown();
        }

        var started = cluster.Time.GetTimestamp();
        var operations = new BulkParser(exchange.Body.Span).Parse();
        exchange.IsFiltered = BulkFilter.TryParse(exchange["filter_path"], out var parts, out var isExactWithoutErrors);
        using var response = new BulkResponse(exchange.IsFiltered ? parts : BulkParts.All, exchange["refresh"] is "" or "true");
        var call = new Call(exchange, index, response, faults.ItemRules());
        foreach (ref readonly var operation in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(operations))
        {
            try
            {
                Run(call, operation);
            }
            catch (ElasticErrorException exception)
            {
                response.Failed(operation.Action, operation.Index ?? index ?? "", operation.Id(exchange.Body.Span), exception.Error);
            }
        }

        exchange.Writes = operations.Count;
        exchange.Inferences = call.Parser.Inferences;
        exchange.IsFiltered &= !(isExactWithoutErrors && response.HasErrors);
        response.Write(exchange.Json, (long)cluster.Time.GetElapsedTime(started).TotalMilliseconds, call.IsIngested);
    }

    private void Run(Call call, in BulkOperation operation)
    {
        var body = call.Exchange.Body;
        var name = operation.Index ?? call.Index ?? throw ElasticErrors.Validation("index is missing").Thrown();
        var id = operation.Id(body.Span);
        if (id.IsEmpty && (operation.IdLength >= 0 || operation.Action is BulkAction.Update or BulkAction.Delete))
        {
            throw ElasticErrors.IllegalArgument("if _id is specified it must not be empty").Thrown();
        }

        if (call.ItemRules.Length > 0)
        {
            var item = new BulkItem(operation.Action.ToString().ToLowerInvariant(), name, Encoding.UTF8.GetString(id));
            if (FaultPlan.ForItem(call.ItemRules, item) is { } fault)
            {
                throw fault.Error().Thrown();
            }
        }

        var index = call.Find(name, operation, cluster);
        if (operation.IdLength < 0)
        {
            id = Encoding.UTF8.GetBytes(Identifiers.NewDocumentId());
        }

        WriteOutcome outcome;
        var condition = new WriteCondition(operation.IfSeqNo, operation.IfPrimaryTerm, operation.Action == BulkAction.Create);
        switch (operation.Action)
        {
            case BulkAction.Delete:
                outcome = index.Documents.Delete(id, condition);
                break;
            case BulkAction.Update:
                outcome = writer.Update(
                    index,
                    id,
                    Json.Body(body.Span.Slice(operation.SourceStart, operation.SourceLength)),
                    condition,
                    operation.RetryOnConflict,
                    call.Parser
                );
                break;
            default:
                var source = body.Slice(operation.SourceStart, operation.SourceLength);
                outcome = writer.IndexThrough(index, id, source, condition, call.Parser, call.PipelineFor(index, operation, writer));
                break;
        }

        if (outcome.Conflict is { } conflict)
        {
            call.Answer.Failed(operation.Action, index.Name, id, index.ConflictOf(Encoding.UTF8.GetString(id), conflict));
            return;
        }

        call.Answer.Done(operation.Action, index, id, outcome);
    }

    /// <summary>What the operations of one call share.</summary>
    private sealed class Call(Exchange exchange, string? index, BulkResponse response, FaultRule[] itemRules)
    {
        private readonly bool _requireAlias = exchange.Flag("require_alias");
        private readonly string? _pipelineName = exchange["pipeline"];
        private string? _lastName;
        private EmulatedIndex? _lastIndex;
        private Pipeline? _pipeline;

        public Exchange Exchange => exchange;

        public string? Index => index;

        public BulkResponse Answer => response;

        public FaultRule[] ItemRules => itemRules;

        public DocumentParser Parser { get; } = new();

        public bool IsIngested { get; private set; }

        public EmulatedIndex Find(string name, in BulkOperation operation, Cluster cluster)
        {
            if ((operation.RequireAlias ?? _requireAlias) && !cluster.IsAlias(name))
            {
                throw new ElasticError(
                    404,
                    "index_not_found_exception",
                    $"no such index [{name}] and [require_alias] request flag is [true] and [{name}] is not an alias"
                )
                {
                    Details = [("index_uuid", "_na_"), ("index", name)],
                }.Thrown();
            }

            if (_lastIndex is null || !ReferenceEquals(name, _lastName))
            {
                _lastIndex = operation.Action == BulkAction.Delete ? cluster.Get(name) : cluster.GetOrCreate(name);
                _lastName = name;
            }

            return _lastIndex;
        }

        public Pipeline? PipelineFor(EmulatedIndex target, in BulkOperation operation, DocumentWriter writer)
        {
            if (operation.Pipeline is null && _pipelineName is not null && _pipeline is not null)
            {
                return _pipeline;
            }

            var asked = operation.Pipeline ?? _pipelineName;
            IsIngested |= asked is not null and not "_none";
            var found = writer.PipelineFor(target, asked);
            IsIngested |= found is not null;
            if (operation.Pipeline is null && _pipelineName is not null)
            {
                _pipeline = found;
            }

            return found;
        }
    }
}
