using System.Text.Json;
using System.Text.RegularExpressions;
using Connectors.Tests.Support;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Connectors.Tests.Infra;

/// <summary>Workflows, editor and container settings: they parse, and what they name is there.</summary>
public sealed partial class DeveloperFileTests
{
    private static readonly string Root = Approved.Root;

    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    [Fact]
    public void YamlFilesParse()
    {
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(Root, ".github"), "*.yml", SearchOption.AllDirectories),
            Path.Combine(Root, "azure.yaml"),
        ];
        Assert.True(files.Length >= 4, $"only {files.Length} files");
        Assert.All(files, file => Assert.IsType<YamlMappingNode>(Load(file)));
    }

    [Fact]
    public void JsonFilesParse()
    {
        string[] files =
        [
            .. Directory.GetFiles(Path.Combine(Root, ".vscode"), "*.json"),
            Path.Combine(Root, ".devcontainer", "devcontainer.json"),
            Path.Combine(Root, "infra", "bicepconfig.json"),
        ];
        Assert.Equal(6, files.Length);
        Assert.All(files, file => JsonDocument.Parse(File.ReadAllText(file), WithComments).Dispose());
    }

    [Fact]
    public void WhatEditorSettingsNameIsThere()
    {
        var named = new[] { ".vscode/tasks.json", ".vscode/launch.json" }
            .SelectMany(file => WorkspacePath().Matches(File.ReadAllText(Path.Combine(Root, file))))
            .Select(match => BuildOutput().Replace(match.Groups["path"].Value, string.Empty))
            .Distinct()
            .ToList();
        Assert.Superset(new HashSet<string> { "Connectors.sln", "Connectors.Cli", "Connectors.Functions" }, named.ToHashSet());
        Assert.All(named, path => Assert.True(Path.Exists(Path.Combine(Root, path)), $"{path} is not there"));

        using var tasks = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, ".vscode", "tasks.json")), WithComments);
        using var launch = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, ".vscode", "launch.json")), WithComments);
        var labels = tasks.RootElement.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("label").GetString()).ToList();
        var wanted = launch
            .RootElement.GetProperty("configurations")
            .EnumerateArray()
            .Select(item => item.TryGetProperty("preLaunchTask", out var task) ? task.GetString() : null)
            .Where(task => task is not null)
            .ToList();
        Assert.NotEmpty(wanted);
        Assert.All(wanted, task => Assert.Contains(task, labels));
    }

    [Fact]
    public void WorkflowsCallCommandsOfTheBuildScriptThatItHas()
    {
        var script = File.ReadAllText(Path.Combine(Root, "build.cs"));
        var calls = Directory
            .GetFiles(Path.Combine(Root, ".github", "workflows"))
            .Select(File.ReadAllText)
            .SelectMany(text => BuildCall().Matches(text))
            .Select(match => match.Groups["command"].Value)
            .ToList();
        Assert.True(calls.Count >= 2, $"only {calls.Count} calls");
        Assert.All(calls, command => Assert.Contains($"case \"{command}\":", script, StringComparison.Ordinal));
    }

    private static YamlNode Load(string file)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(file);
        yaml.Load(reader);
        return Assert.Single(yaml.Documents).RootNode;
    }

    [GeneratedRegex(@"\$\{workspaceFolder\}/(?<path>[^""]+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex WorkspacePath();

    [GeneratedRegex("/bin/.*$", RegexOptions.None, 5000)]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"dotnet run build\.cs -- (?<command>\w+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex BuildCall();
}
