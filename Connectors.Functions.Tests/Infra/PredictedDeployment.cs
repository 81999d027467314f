using System.Text.Json.Nodes;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>What Azure would be told to make: the template with a set of parameters, evaluated by the Bicep compiler as far as that goes
/// without Azure.</summary>
internal sealed class PredictedDeployment
{
    private PredictedDeployment(JsonObject snapshot) =>
        Resources = [.. snapshot["predictedResources"]!.AsArray().Select(resource => resource!.AsObject())];

    /// <summary>All resources.</summary>
    public IReadOnlyList<JsonObject> Resources { get; }

    /// <summary>The app settings of the function app.</summary>
    public IReadOnlyDictionary<string, string> Settings =>
        One("Microsoft.Web/sites/config")["properties"]!
            .AsObject()
            .ToDictionary(setting => setting.Key, setting => setting.Value!.GetValue<string>(), StringComparer.Ordinal);

    /// <summary>Ids of the built-in roles that are given, in order.</summary>
    public IEnumerable<string> Roles =>
        All("Microsoft.Authorization/roleAssignments")
            .Select(assignment => Text(assignment, "properties", "roleDefinitionId").Split('/')[^1])
            .Order(StringComparer.Ordinal);

    /// <summary>Evaluates <c>infra/main.bicepparam</c>, the file that azd reads.</summary>
    /// <param name="changes">Environment variables on top of the least that the file asks for.</param>
    public static Task<PredictedDeployment> OfAsync(params (string Name, string Value)[] changes) =>
        OfAsync(parameters => parameters, changes);

    /// <summary>Evaluates a copy of that file in which somebody changed parameters that are fixed there.</summary>
    /// <param name="edit">Changes its text.</param>
    /// <param name="changes">Environment variables on top of the least that the file asks for.</param>
    public static async Task<PredictedDeployment> OfAsync(Func<string, string> edit, params (string Name, string Value)[] changes)
    {
        BicepCompiler.Require();
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        Copy(Path.Combine(Approved.Root, "infra"), folder.Path);
        var parameters = Path.Combine(folder.Path, "main.bicepparam");
        await File.WriteAllTextAsync(parameters, edit(await File.ReadAllTextAsync(parameters, token)), token);
        var environment = new Dictionary<string, string>
        {
            ["AZURE_ENV_NAME"] = "test",
            ["AZURE_LOCATION"] = "westeurope",
            ["ELASTICSEARCH_HOST"] = "https://elasticsearch.example:9200",
        };
        foreach (var (name, value) in changes)
        {
            environment[name] = value;
        }

        string[] arguments =
        [
            "snapshot",
            parameters,
            "--mode",
            "overwrite",
            "--subscription-id",
            "00000000-0000-0000-0000-000000000001",
            "--location",
            "westeurope",
        ];
        var (code, _, complaints) = await BicepCompiler.RunAsync(arguments, environment, token);
        Assert.True(code == 0 && complaints.Length == 0, complaints);
        var snapshot = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "main.snapshot.json"), token))!.AsObject();
        return new PredictedDeployment(snapshot);
    }

    /// <summary>The resources of a type.</summary>
    public IEnumerable<JsonObject> All(string type) => Resources.Where(resource => Text(resource, "type") == type);

    /// <summary>The resource of a type of which there is one.</summary>
    public JsonObject One(string type) => Assert.Single(All(type));

    /// <summary>A value of the one resource of a type, as text.</summary>
    public string Property(string type, params string[] path) => Text(One(type), ["properties", .. path]);

    /// <summary>A value somewhere in a resource, as text.</summary>
    public static string Text(JsonNode resource, params string[] path)
    {
        var node = path.Aggregate((JsonNode?)resource, (current, name) => current?[name]);
        Assert.True(node is not null, $"There is no {string.Join('.', path)} in {resource}");
        return node.ToString();
    }

    private static void Copy(string from, string to)
    {
        foreach (
            var file in Directory
                .EnumerateFiles(from, "*.bicep*", SearchOption.AllDirectories)
                .Append(Path.Combine(from, "bicepconfig.json"))
        )
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
