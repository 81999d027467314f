using System.Text.Json.Nodes;
using Connectors.Emulator.Documents;
using Connectors.Emulator.Http;
using Connectors.Emulator.Indices;

namespace Connectors.Emulator.Connectors;

/// <summary>What the user configures: all fields with their properties, or values for fields that are there.</summary>
internal sealed class ConfigurationRoutes(Cluster cluster, DocumentWriter writer) : IRoutes
{
    private const string Parser = "connector_configuration";

    // Written only when they were given.
    private static readonly string[] OptionalProperties =
    [
        "category",
        "depends_on",
        "display",
        "options",
        "order",
        "placeholder",
        "tooltip",
        "ui_restrictions",
        "validations",
    ];

    private readonly ProtocolDocuments _connectors = new(cluster, writer, ProtocolDocuments.Connectors);

    public IEnumerable<Route> Routes => [new("PUT", "_connector/{id}/_configuration", "", Configure)];

    private void Configure(Exchange exchange)
    {
        var body = RequestBody.Read(exchange, "connector_update_configuration_request", "configuration", "values");
        if ((body.Json["configuration"] is null) == (body.Json["values"] is null))
        {
            throw ElasticErrors
                .Validation(
                    body.Json["values"] is null
                        ? "[configuration] and [values] cannot both be null."
                        : "[configuration] and [values] cannot both be provided in the same request."
                )
                .Thrown();
        }

        var id = exchange.Segments[1];
        var fields = body.Json["configuration"] is { } all ? Fields(body, Json.Object(all, "configuration")) : null;
        if (_connectors.Find(id) is null)
        {
            throw ProtocolErrors.NoConnector(id).Thrown();
        }

        ConnectorUpdates.Answer(exchange, _connectors.Change(id, connector =>
            {
                if (fields is not null)
                {
                    connector["configuration"] = fields.DeepClone();
                }
                else
                {
                    SetValues(connector["configuration"] as JsonObject ?? [], Json.Object(body.Json["values"], "values"));
                }

                connector["status"] = "configured";
            }));
    }

    private static void SetValues(JsonObject configuration, JsonObject values)
    {
        var unknown = values.Select(value => value.Key).Where(name => !configuration.ContainsKey(name)).ToList();
        if (unknown.Count > 0)
        {
            throw ProtocolErrors
                .Refused(
                    $"Unknown [configuration] fields in the request payload: [{string.Join(", ", unknown)}]. Remove them from request or "
                        + "register their schema first."
                )
                .Thrown();
        }

        foreach (var (name, value) in values)
        {
            configuration[name]!["value"] = value?.DeepClone();
        }
    }

    private static JsonObject Fields(RequestBody body, JsonObject configuration)
    {
        var fields = new JsonObject();
        foreach (var (name, given) in configuration)
        {
            var path = $"/configuration/{name}";
            var field = Json.Object(given, name);
            Check(body, field, path, "type", "ConfigurationFieldType", ["str", "int", "list", "bool"]);
            Check(
                body,
                field,
                path,
                "display",
                "ConfigurationDisplayType",
                ["text", "textbox", "textarea", "numeric", "toggle", "dropdown"]
            );
            if (RequestBody.Missing(field, "label") is { } missing)
            {
                throw body.Failed(path, missing, atEnd: true).Thrown();
            }

            var stored = new JsonObject
            {
                ["default_value"] = field["default_value"]?.DeepClone(),
                ["label"] = field["label"]!.DeepClone(),
                ["required"] = Json.Flag(field["required"]),
                ["sensitive"] = Json.Flag(field["sensitive"]),
                ["value"] = field["value"]?.DeepClone(),
            };
            if (field["type"] is { } type)
            {
                stored["type"] = type.DeepClone();
            }

            foreach (var property in OptionalProperties)
            {
                if (field[property] is { } value)
                {
                    stored[property] = value.DeepClone();
                }
            }

            fields[name] = stored;
        }

        return fields;
    }

    private static void Check(RequestBody body, JsonObject field, string path, string property, string kind, string[] words)
    {
        if (field[property] is { } word && !words.Contains(Json.Text(word)))
        {
            throw body.Failed($"{path}/{property}", ProtocolErrors.Unknown(kind, Json.Text(word)), atEnd: false, (Parser, property))
                .Thrown();
        }
    }
}
