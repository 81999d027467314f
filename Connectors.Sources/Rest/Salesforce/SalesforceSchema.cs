using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;

namespace Connectors.Sources.Rest.Salesforce;

/// <summary>Which objects and fields the organization has and the user may read. Asked once. Safe for concurrent use.</summary>
internal sealed class SalesforceSchema(SalesforceApi api) : IDisposable
{
    private readonly Remembered<IReadOnlyDictionary<string, bool>> _objects = new();
    private readonly Remembered<DescribedObject> _described = new();

    /// <summary>The objects that can be queried, by name, and whether each is a custom one.</summary>
    public Task<IReadOnlyDictionary<string, bool>> ObjectsAsync(CancellationToken cancellationToken) =>
        _objects.GetAsync(string.Empty, () => ListObjectsAsync(cancellationToken), cancellationToken);

    /// <summary>Whether an object can be queried.</summary>
    public async Task<bool> IsQueryableAsync(string name, CancellationToken cancellationToken) =>
        (await ObjectsAsync(cancellationToken)).ContainsKey(name);

    /// <summary>The fields of an object.</summary>
    public Task<DescribedObject> DescribeAsync(string name, CancellationToken cancellationToken) =>
        _described.GetAsync(name, () => AskAsync(name, cancellationToken), cancellationToken);

    /// <summary>Whether files can be read, which three objects have to be open for.</summary>
    public async Task<bool> HasFilesAsync(CancellationToken cancellationToken)
    {
        var objects = await ObjectsAsync(cancellationToken);
        return objects.ContainsKey("ContentDocumentLink")
            && objects.ContainsKey("ContentDocument")
            && objects.ContainsKey("ContentVersion");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _objects.Dispose();
        _described.Dispose();
    }

    private async Task<IReadOnlyDictionary<string, bool>> ListObjectsAsync(CancellationToken cancellationToken)
    {
        using var answer = await api.Client.GetAsync($"{SalesforceApi.Path}/sobjects", cancellationToken);
        if (answer.Json.Find("sobjects") is not { ValueKind: JsonValueKind.Array } objects)
        {
            throw new ConnectorException("Salesforce gives no list of objects. Check that domain is that of an organization.");
        }

        return objects
            .EnumerateArray()
            .Where(item => item.Find("queryable") is { ValueKind: JsonValueKind.True })
            .GroupBy(item => item.RequiredText("An object of Salesforce", "name"), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(
                same => same.Key,
                same => same.First().Find("custom") is { ValueKind: JsonValueKind.True },
                StringComparer.OrdinalIgnoreCase
            );
    }

    private async Task<DescribedObject> AskAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await api.Client.GetAsync(
            $"{SalesforceApi.Path}/sobjects/{Uri.EscapeDataString(name)}/describe",
            cancellationToken
        );
        if (answer.Json.Find("fields") is not { ValueKind: JsonValueKind.Array } fields)
        {
            throw new ConnectorException($"Salesforce does not say which fields the object {name} has. It is asked for at the next sync.");
        }

        // Base64 fields can only be read of one record at a time.
        var readable = fields.EnumerateArray().Where(field => field.Text("type") != "base64").ToList();
        return new DescribedObject(
            [.. readable.Select(NameOf)],
            [.. readable.Where(field => field.Find("custom") is { ValueKind: JsonValueKind.True }).Select(NameOf)],
            answer.Json.Find("childRelationships") is not { ValueKind: JsonValueKind.Array } children
                || children.EnumerateArray().Any(child => child.Text("relationshipName") == SalesforceQueries.FileLinks)
        );
    }

    private static string NameOf(JsonElement field) => field.RequiredText("A field of Salesforce", "name");

    /// <summary>An object as the organization has it.</summary>
    /// <param name="Fields">Its fields that a query may name.</param>
    /// <param name="CustomFields">Those of them that the organization made.</param>
    /// <param name="HasFiles">Whether files can be linked to it.</param>
    internal sealed record DescribedObject(IReadOnlyList<string> Fields, IReadOnlyList<string> CustomFields, bool HasFiles);
}
