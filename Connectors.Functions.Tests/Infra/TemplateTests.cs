using System.Text.Json.Nodes;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>The Bicep files as text and as a compiled template.</summary>
public sealed class TemplateTests
{
    private static readonly string Main = Path.Combine(Approved.Root, "infra", "main.bicep");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheLinterHasNothingToSay()
    {
        BicepCompiler.Require();
        var (code, output, complaints) = await BicepCompiler.RunAsync(["lint", Main], environment: null, Token);
        Assert.Equal((0, string.Empty), (code, (output + complaints).Trim()));
    }

    [Fact]
    public async Task EveryParameterAndOutputSaysWhatItIs()
    {
        var described = 0;
        foreach (var template in Templates(await CompileAsync()))
        {
            foreach (var (name, declaration) in template["parameters"]!.AsObject().Concat(template["outputs"]?.AsObject() ?? []))
            {
                Assert.False(
                    string.IsNullOrWhiteSpace(declaration?["metadata"]?["description"]?.GetValue<string>()),
                    $"{name} has no description"
                );
                described++;
            }
        }

        Assert.True(described > 100, $"only {described} parameters and outputs were seen");
    }

    [Fact]
    public async Task NoKeyIsAskedForAnywhereAndNoSecretComesOut()
    {
        var compiled = await CompileAsync();
        Assert.DoesNotContain("listKeys", compiled.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("AccountKey", compiled.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        var apiKeys = Templates(compiled)
            .SelectMany(template => template["parameters"]!.AsObject())
            .Where(parameter => parameter.Key == "elasticsearchApiKey")
            .Select(parameter => parameter.Value!["type"]!.GetValue<string>())
            .ToList();
        Assert.Equal(["securestring", "securestring"], apiKeys);
    }

    private static async Task<JsonObject> CompileAsync()
    {
        BicepCompiler.Require();
        var (code, output, complaints) = await BicepCompiler.RunAsync(["build", Main, "--stdout"], environment: null, Token);
        Assert.True(code == 0 && complaints.Length == 0, complaints);
        return JsonNode.Parse(output)!.AsObject();
    }

    /// <summary>A template and those of its modules.</summary>
    private static IEnumerable<JsonObject> Templates(JsonObject template)
    {
        yield return template;
        var resources = template["resources"] switch
        {
            JsonObject named => named.Select(resource => resource.Value!.AsObject()),
            JsonArray listed => listed.Select(resource => resource!.AsObject()),
            _ => [],
        };
        foreach (var module in resources.Select(resource => (resource["properties"] as JsonObject)?["template"]).OfType<JsonObject>())
        {
            foreach (var inner in Templates(module))
            {
                yield return inner;
            }
        }
    }
}
