using System.Text.Json.Nodes;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;

namespace Connectors.Emulator.Connectors;

/// <summary>Sync rules: drafted by the user, validated by the service, then activated.</summary>
internal sealed class FilteringRoutes(Cluster cluster, DocumentWriter writer) : IRoutes
{
    private const string RuleParser = "connector_filtering_rule";
    private readonly ProtocolDocuments _connectors = new(cluster, writer, ProtocolDocuments.Connectors);

    public IEnumerable<Route> Routes =>
        [
            new("PUT", "_connector/{id}/_filtering", "", Draft),
            new("PUT", "_connector/{id}/_filtering/_validation", "", Validate),
            new("PUT", "_connector/{id}/_filtering/_activate", "", Activate),
        ];

    private void Draft(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_filtering_request", "filtering", "rules", "advanced_snippet");
        CheckRules(body);
        Change(exchange, domain =>
        {
            if (body.Json["filtering"] is JsonArray { Count: > 0 } all)
            {
                foreach (var (name, value) in Json.Object(all[0], "filtering"))
                {
                    domain[name] = value?.DeepClone();
                }

                return;
            }

            var draft = (JsonObject)domain["draft"]!;
            if (body.Json["rules"] is JsonArray rules)
            {
                draft["rules"] = WithDefault(rules);
            }

            if (body.Json["advanced_snippet"] is JsonObject snippet)
            {
                draft["advanced_snippet"] = WithDates(snippet);
            }

            draft["validation"] = new JsonObject { ["state"] = "edited", ["errors"] = new JsonArray() };
        });
    }

    private void Validate(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_filtering_validation", "validation");
        body.Require("validation");
        var validation = Json.Object(body.Json["validation"], "validation");
        if (RequestBody.Missing(validation, "errors", "state") is { } missing)
        {
            throw body.Failed("/validation", missing, atEnd: true).Thrown();
        }

        var state = Json.Text(validation["state"]);
        if (!ProtocolStates.ValidationStates.Contains(state))
        {
            throw body.Failed(
                    "/validation/state",
                    ProtocolErrors.Unknown("FilteringValidationState", state),
                    atEnd: false,
                    ("filtering_validation_info", "state")
                )
                .Thrown();
        }

        Change(exchange, domain => domain["draft"]!["validation"] = validation.DeepClone());
    }

    private void Activate(Exchange exchange) => Change(exchange, domain =>
        {
            var state = Json.Text(domain["draft"]?["validation"]?["state"]);
            if (state != "valid")
            {
                throw ProtocolErrors
                    .Refused(
                        "Filtering draft needs to be validated by the connector service before activation. Current filtering draft "
                            + $"validation state [{state}] is not equal to [valid]."
                    )
                    .Thrown();
            }

            domain["active"] = domain["draft"]!.DeepClone();
        });

    private static void CheckRules(RequestBody body)
    {
        var rules = body.Json["rules"] as JsonArray ?? [];
        for (var index = 0; index < rules.Count; index++)
        {
            var (path, rule) = ($"/rules/[{index}]", Json.Object(rules[index], "rule"));
            Check("policy", "FilteringPolicy", ["include", "exclude"]);
            Check("rule", "FilteringRuleCondition", ["contains", "ends_with", "equals", ">", "<", "regex", "starts_with"]);
            if (RequestBody.Missing(rule, "field", "id", "order", "policy", "rule", "value") is { } missing)
            {
                throw body.Failed(path, missing, atEnd: true).Thrown();
            }

            void Check(string property, string kind, string[] words)
            {
                if (rule[property] is { } word && !words.Contains(Json.Text(word)))
                {
                    throw body.Failed(
                            $"{path}/{property}",
                            ProtocolErrors.Unknown(kind, Json.Text(word)),
                            atEnd: false,
                            (RuleParser, property)
                        )
                        .Thrown();
                }
            }
        }
    }

    /// <summary>The rules, with the one that includes everything at the end when it was not given.</summary>
    private JsonArray WithDefault(JsonArray rules)
    {
        var all = new JsonArray([.. rules.Select(rule => (JsonNode)WithDates((JsonObject)rule!))]);
        if (!all.Any(rule => Json.Text(rule!["id"]) == "DEFAULT"))
        {
            all.Add(
                (JsonNode)
                    NewDocuments.DefaultRule(_connectors.Now, all.Select(rule => Json.Whole(rule!["order"])).DefaultIfEmpty(-1).Max() + 1)
            );
        }

        return all;
    }

    private static JsonObject WithDates(JsonObject given)
    {
        var stored = (JsonObject)given.DeepClone();
        foreach (var name in (string[])["created_at", "updated_at"])
        {
            if (stored[name] is { } date)
            {
                stored[name] = ConnectorUpdates.DateOf(date);
            }
        }

        return stored;
    }

    private void Change(Exchange exchange, Action<JsonObject> change)
    {
        var id = exchange.Segments[1];
        if (_connectors.Find(id) is null)
        {
            throw ProtocolErrors.NoConnector(id).Thrown();
        }

        ConnectorUpdates.Answer(exchange, _connectors.Change(id, connector =>
            {
                if (connector["filtering"] is not JsonArray { Count: > 0 })
                {
                    connector["filtering"] = NewDocuments.Connector([], _connectors.Now)["filtering"]!.DeepClone();
                }

                change((JsonObject)connector["filtering"]![0]!);
            }));
    }
}
