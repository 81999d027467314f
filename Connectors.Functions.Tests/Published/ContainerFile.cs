using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Published;

/// <summary>What <c>infra/container/Containerfile</c> says: no machine that runs the tests need have a container engine.</summary>
/// <param name="BaseFrameworks">The shared frameworks that the image of the last stage has.</param>
/// <param name="Publish">The command that makes the program, up to the next one.</param>
internal sealed partial record ContainerFile(IReadOnlyList<string> BaseFrameworks, string Publish)
{
    // Microsoft's image names by what they hold.
    private static readonly Dictionary<string, string[]> Images = new(StringComparer.Ordinal)
    {
        ["runtime-deps"] = [],
        ["runtime"] = ["Microsoft.NETCore.App"],
        ["aspnet"] = ["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"],
    };

    public static ContainerFile Read()
    {
        var text = File.ReadAllText(Path.Combine(Approved.Root, "infra", "container", "Containerfile"));
        var image = BaseImage().Matches(text).Last().Groups["name"].Value;
        var publish = PublishCommand().Match(text).Groups["arguments"].Value;
        Assert.True(Images.ContainsKey(image), $"dotnet/{image} is no image whose frameworks are known");
        Assert.StartsWith("publish Connectors.Cli ", publish, StringComparison.Ordinal);
        return new ContainerFile(Images[image], publish);
    }

    /// <summary>The frameworks that a published program asks for.</summary>
    public static IEnumerable<string> FrameworksOf(string folder)
    {
        var options = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "elastic-ingest.runtimeconfig.json")))!["runtimeOptions"]!;
        var frameworks = options["frameworks"]?.AsArray() ?? [options["framework"]!.DeepClone()];
        return frameworks.Select(framework => framework!["name"]!.GetValue<string>());
    }

    /// <summary>The arguments with which <c>dotnet</c> makes the program, into another folder.</summary>
    public IEnumerable<string> PublishArguments(string folder) =>
        Publish
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(argument =>
                argument switch
                {
                    "Connectors.Cli" => Path.Combine(Approved.Root, argument),
                    "/app" => folder,
                    _ => argument,
                }
            );

    [GeneratedRegex(@"^FROM mcr\.microsoft\.com/dotnet/(?<name>[\w-]+):10\.0", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex BaseImage();

    [GeneratedRegex(@"^RUN dotnet (?<arguments>[^\\&\n]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex PublishCommand();
}
