using System.Reflection;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Connectors.Tests.Offline;

/// <summary>
/// offline/surface.txt against what this build references. With stand-ins both must be the same; with the official packages, which have
/// far more, every line must be found.
/// </summary>
public sealed class StandInSurfaceTests
{
    private static readonly Assembly[] Referenced =
    [
        .. new[]
        {
            typeof(ElasticsearchClient), typeof(ITransport), typeof(FunctionAttribute), typeof(FunctionContext), typeof(FunctionsApplication), typeof(TimerTriggerAttribute),
            typeof(HttpTriggerAttribute), typeof(FunctionsApplicationBuilderAspNetCoreExtensions), typeof(ConfigureFunctionsOpenTelemetry), typeof(DurableClientAttribute),
            typeof(TaskOrchestrationContext), typeof(DurableTaskClient),
        }.Select(type => type.Assembly).Distinct(),
    ];

    // Every public type of a stand-in's assembly belongs to these.
    private static readonly string[] Namespaces =
    [
        "Elastic.Clients.Elasticsearch", "Elastic.Transport", "Microsoft.Azure.Functions.Worker", "Microsoft.Azure.Functions.Worker.Builder",
        "Microsoft.Azure.Functions.Worker.Extensions.Abstractions", "Microsoft.Azure.Functions.Worker.OpenTelemetry", "Microsoft.DurableTask", "Microsoft.DurableTask.Client",
    ];

    private static bool IsStandIn =>
        Referenced[0].GetCustomAttributes<AssemblyMetadataAttribute>().Any(one => one.Key == "ConnectorsStandIn");

    [Fact]
    public void EveryListedMemberIsThere()
    {
        var examined = 0;
        var missing = new List<string>();
        foreach (var (header, members) in Listed())
        {
            var name = header.Split(' ').First(part => Namespaces.Any(one => part.StartsWith(one + ".", StringComparison.Ordinal)));
            var type = Types().FirstOrDefault(one => SurfaceText.Header(one).Split(' ').Contains(name));
            if (type is null)
            {
                missing.Add(header);
                continue;
            }

            examined++;
            var actual = SurfaceText.Members(type, inherited: !IsStandIn);
            examined += members.Count;
            missing.AddRange(members.Where(member => !actual.Contains(member)).Select(member => $"{name}: {member}"));

            // An original may stand elsewhere in a hierarchy than it did; a stand-in may not.
            if (IsStandIn && SurfaceText.Header(type) != header)
            {
                missing.Add(header);
            }
        }

        Assert.Empty(missing);
        Assert.True(examined >= 300, $"Only {examined} types and members were examined.");
    }

    [Fact]
    public void AStandInHasNothingElse()
    {
        var listed = Listed();
        var examined = 0;
        var extra = new List<string>();
        foreach (var type in IsStandIn ? Types() : [])
        {
            var header = SurfaceText.Header(type);
            var members = SurfaceText.Members(type, inherited: false);
            examined += 1 + members.Count;
            extra.AddRange(listed.TryGetValue(header, out var known) ? members.Except(known).Select(member => $"{header}: {member}") : [header]);
        }

        Assert.Empty(extra);
        Assert.True(!IsStandIn || examined >= 300, $"Only {examined} types and members were examined.");
    }

    private static Type[] Types() => [.. Referenced.SelectMany(assembly => assembly.GetExportedTypes()).Where(type => Namespaces.Contains(type.Namespace))];

    private static Dictionary<string, List<string>> Listed()
    {
        var surface = new Dictionary<string, List<string>>();
        var members = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "surface.txt")))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == ' ')
            {
                members.Add(line.Trim());
            }
            else
            {
                surface.Add(line, members = []);
            }
        }

        return surface;
    }
}
