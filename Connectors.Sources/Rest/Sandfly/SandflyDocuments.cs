using System.Text.Json;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Streams;

namespace Connectors.Sources.Rest.Sandfly;

/// <summary>Makes documents of hosts, SSH keys and results: the whole object under the name of its kind.</summary>
internal static class SandflyDocuments
{
    private static readonly DocumentFields Host = Of("sandfly_hosts", host =>
        $"{host.Text("data", "os", "info", "node") ?? "<unknown>"} ({host.Text("hostname")})"
    );

    private static readonly DocumentFields Key = Of("sandfly_ssh_keys", key => key.Text("friendly_name") ?? string.Empty);

    private static readonly DocumentFields Result = Of("sandfly_results", result => result.Text("data", "key_data") ?? "- no data -");

    public static void WriteHost(JsonElement host, StreamPage page) =>
        page.Add(PythonServiceId.Of(host.RequiredText("A host of Sandfly", "host_id")), host, Host);

    public static void WriteKey(JsonElement key, StreamPage page) =>
        page.Add(PythonServiceId.Of(key.RequiredText("An SSH key of Sandfly", "key_value")), key, Key);

    /// <summary>A result does not change once it is there.</summary>
    public static void WriteResult(JsonElement result, StreamPage page) =>
        page.Add(
            PythonServiceId.Of(result.RequiredText("A result of Sandfly", "external_id")),
            result,
            Result,
            RestTime.Of(result.Text("header", "end_time"))
        );

    private static DocumentFields Of(string kind, Func<JsonElement, string> keyData) =>
        DocumentFields.Of(
            DocumentField.Constant("sandfly_data_type", kind),
            DocumentField.Made("sandfly_key_data", (json, item) => json.WriteStringValue(keyData(item))),
            DocumentField.Made(kind, JsonValues.Write)
        );
}
