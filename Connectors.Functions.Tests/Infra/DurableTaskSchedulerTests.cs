using System.Diagnostics;
using System.Text.Json.Nodes;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Infra;

/// <summary>Packing the app for the Durable Task Scheduler.</summary>
public sealed class DurableTaskSchedulerTests
{
    [Fact]
    public async Task ThePackedHostJsonNamesTheSchedulerAndKeepsTheRest()
    {
        var (code, output, host) = await PackAsync(
            """
            {
              "version": "2.0",
              "extensions": {
                "durableTask": {
                  "hubName": "Connectors",
                  "maxConcurrentActivityFunctions": 4,
                  "storageProvider": { "type": "AzureStorage", "controlQueueVisibilityTimeout": "00:01:00" },
                  "tracing": { "distributedTracingEnabled": true, "version": "V2" }
                }
              },
              "note": "it's 100 % (a;b)"
            }
            """
        );
        Assert.True(code == 0, output);
        Assert.Equal(
            JsonNode
                .Parse(
                    """
                    {
                      "version": "2.0",
                      "extensions": {
                        "durableTask": {
                          "hubName": "%TASKHUB_NAME%",
                          "storageProvider": { "type": "azureManaged", "connectionStringName": "DURABLE_TASK_SCHEDULER_CONNECTION_STRING" },
                          "maxConcurrentActivityFunctions": 4,
                          "tracing": { "distributedTracingEnabled": true, "version": "V2" }
                        }
                      },
                      "note": "it's 100 % (a;b)"
                    }
                    """
                )!
                .ToJsonString(),
            JsonNode.Parse(host)!.ToJsonString()
        );
    }

    [Fact]
    public async Task ASectionWithNothingElseInItStaysValid()
    {
        var (code, output, host) = await PackAsync(
            """{ "extensions": { "durableTask": { "storageProvider": { "type": "AzureStorage" } } } }"""
        );
        Assert.True(code == 0, output);
        Assert.Equal("azureManaged", JsonNode.Parse(host)!["extensions"]!["durableTask"]!["storageProvider"]!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task AHostJsonWithoutTheSectionIsRefused()
    {
        var (code, output, _) = await PackAsync("""{ "version": "2.0" }""");
        Assert.NotEqual(0, code);
        Assert.Contains("CONN002", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("AzureStorage", false)]
    [InlineData("DurableTaskScheduler", true)]
    public async Task OnlyAnAppThatIsPackedForItAsksForThePackage(string backEnd, bool isAskedFor)
    {
        var project = Path.Combine(Approved.Root, "Connectors.Functions", "Connectors.Functions.csproj");
        var start = new ProcessStartInfo("dotnet", ["msbuild", project, "-getItem:PackageReference", "-nologo", "-nodeReuse:false"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["DURABLE_BACK_END"] = backEnd;
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var packages = JsonNode.Parse(output)!["Items"]!["PackageReference"]!
            .AsArray()
            .Select(package => package!["Identity"]!.GetValue<string>())
            .ToList();
        Assert.Contains("Microsoft.Azure.Functions.Worker.Extensions.DurableTask", packages);
        Assert.Equal(
            isAskedFor,
            packages.Contains("Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged", StringComparer.Ordinal)
        );
    }

    [Fact]
    public void TheFunctionAppImportsIt()
    {
        var targets = File.ReadAllText(Path.Combine(Approved.Root, "Directory.Build.targets"));
        Assert.Contains(
            "infra/DurableTaskScheduler.targets\" Condition=\"'$(MSBuildProjectName)' == 'Connectors.Functions'\"",
            targets,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TheHostJsonOfThisRepositoryIsChangedAndSaysNothingOfQueuesAnyMore()
    {
        var (code, output, host) = await PackAsync(
            await File.ReadAllTextAsync(Path.Combine(Approved.Root, "host.json"), TestContext.Current.CancellationToken)
        );
        Assert.True(code == 0, output);
        var durable = JsonNode.Parse(host)!["extensions"]!["durableTask"]!;
        Assert.Equal(
            ["connectionStringName", "type"],
            durable["storageProvider"]!.AsObject().Select(item => item.Key).Order(StringComparer.Ordinal)
        );
        Assert.Equal("%TASKHUB_NAME%", durable["hubName"]!.GetValue<string>());
    }

    private static async Task<(int Code, string Output, string Host)> PackAsync(string host)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "host.json");
        var token = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(path, host, token);
        string[] arguments =
        [
            "msbuild",
            Path.Combine(Approved.Root, "infra", "DurableTaskScheduler.targets"),
            "-t:NameTheSchedulerInHostJson",
            $"-p:PublishDir={folder.Path}/",
            "-v:q",
            "-nologo",
            "-nodeReuse:false",
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["DURABLE_BACK_END"] = "DurableTaskScheduler";
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return (process.ExitCode, output, await File.ReadAllTextAsync(path, token));
    }
}
