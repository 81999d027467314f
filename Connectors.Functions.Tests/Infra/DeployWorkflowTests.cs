using System.Diagnostics;
using Connectors.Tests.Support;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Connectors.Tests.Infra;

/// <summary>The workflow that deploys: what of the deployment's settings reaches which step, and what it does without them.</summary>
public sealed class DeployWorkflowTests
{
    // Given by hand, once, or only by somebody who works on the deployment; never by the workflow.
    private static readonly string[] ByHand = ["ELASTICSEARCH_API_KEY", "RESTORE_KEY_VAULT", "DEVELOPER_PRINCIPAL_ID"];

    private static readonly string Text = File.ReadAllText(Path.Combine(Approved.Root, ".github", "workflows", "deploy.yml"));

    private static readonly YamlMappingNode Root = Load();

    private static YamlMappingNode Jobs => (YamlMappingNode)Root["jobs"];

    [Fact]
    public void TheParametersReachTheJobThatDeploysAndNoOther()
    {
        var passed = ((YamlMappingNode)Jobs["deploy"]["env"]).Children.ToDictionary(
            item => item.Key.ToString(),
            item => item.Value.ToString()
        );
        Assert.All(BicepCompiler.ParameterVariables.Except(ByHand), name => Assert.Equal($"${{{{ vars.{name} }}}}", passed[name]));
        Assert.DoesNotContain(passed.Keys, ByHand.Contains);
        Assert.DoesNotContain("secrets.", Text, StringComparison.Ordinal);

        Assert.Equal(["deploy", "test"], Jobs.Children.Keys.Select(name => name.ToString()).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("vars.", Jobs["test"].ToString(), StringComparison.Ordinal);
        Assert.False(((YamlMappingNode)Jobs["test"]).Children.ContainsKey("environment"));
        Assert.Equal("test", Jobs["deploy"]["needs"].ToString());
        Assert.DoesNotContain("build.cs", Jobs["deploy"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTheJobThatDeploysMaySignInAndItRunsWhereTheRepositorySays()
    {
        Assert.Equal("write", Jobs["deploy"]["permissions"]["id-token"].ToString());
        Assert.Equal("contents", Assert.Single(((YamlMappingNode)Root["permissions"]).Children).Key.ToString());
        Assert.Equal("${{ vars.DEPLOY_RUNNER || 'ubuntu-latest' }}", Jobs["deploy"]["runs-on"].ToString());

        // The subject of the token, for which the page says how the credential is made.
        Assert.Equal("production", Jobs["deploy"]["environment"].ToString());
        Assert.Contains(
            "repo:OWNER/REPOSITORY:environment:production",
            File.ReadAllText(Path.Combine(Approved.Root, "docs", "deploy.md")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ARunWithoutOneOfItsVariablesFailsAndNamesIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The step is a script of bash, for a runner with Linux.");
        var variables = ((YamlMappingNode)Jobs["deploy"]["env"])
            .Children.Where(item => item.Value.ToString().Contains("vars.", StringComparison.Ordinal))
            .Select(item => item.Key.ToString())
            .ToList();
        Assert.True(variables.Count >= 10, $"only {variables.Count} variables");
        Assert.Equal((0, string.Empty), await CheckAsync(variables));
        foreach (var missing in variables)
        {
            var (code, output) = await CheckAsync(variables.Except([missing]));
            Assert.Equal(1, code);
            Assert.StartsWith($"::error::Not set: {missing}.", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ThePageNamesEveryVariable()
    {
        var page = File.ReadAllText(Path.Combine(Approved.Root, "docs", "deploy.md"));
        Assert.True(BicepCompiler.ParameterVariables.Count >= 9, $"only {BicepCompiler.ParameterVariables.Count} variables");
        Assert.All(BicepCompiler.ParameterVariables.Append("DEPLOY_RUNNER"), name =>
            Assert.Contains($"`{name}`", page, StringComparison.Ordinal)
        );
    }

    /// <summary>Runs the first step of the job with variables that are set.</summary>
    private static async Task<(int Code, string Output)> CheckAsync(IEnumerable<string> set)
    {
        var script = ((YamlSequenceNode)Jobs["deploy"]["steps"])[0]["run"].ToString();
        var start = new ProcessStartInfo("bash", ["-eo", "pipefail", "-c", script])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var name in ((YamlMappingNode)Jobs["deploy"]["env"]).Children.Keys)
        {
            start.Environment.Remove(name.ToString());
        }

        foreach (var name in set)
        {
            start.Environment[name] = "something";
        }

        using var process = System.Diagnostics.Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output.Trim());
    }

    private static YamlMappingNode Load()
    {
        var yaml = new YamlStream();
        using var reader = new StringReader(Text);
        yaml.Load(reader);
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }
}
