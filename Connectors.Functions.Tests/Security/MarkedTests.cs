using Connectors.Emulator;
using Connectors.Tests.Cli;
using Xunit;

namespace Connectors.Tests.Security;

/// <summary>An Elasticsearch, command lines that talk to it, and what they leave behind.</summary>
public abstract class MarkedTests : IAsyncLifetime
{
    internal LeftBehind Left { get; } = new();

    internal EmulatorServer Elasticsearch { get; private set; } = null!;

    private protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Elasticsearch = await EmulatorServer.StartAsync(new EmulatorOptions(), Token);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Elasticsearch.DisposeAsync();
        Left.Dispose();
    }

    /// <param name="retrySeconds">How long a call of the source that failed is tried again.</param>
    private protected CliRun Cli(int retrySeconds)
    {
        var cli = new CliRun(Elasticsearch.Uri);
        cli.Variables["Connectors__service__state_dir"] = Path.Combine(cli.Folder, "state");
        cli.Variables["Connectors__service__source_retry_time_limit"] = $"{retrySeconds}";
        return cli;
    }

    private protected async Task RunAsync(CliRun cli, params string[][] commands)
    {
        foreach (var command in commands)
        {
            await cli.RunAsync(command);
            Left.Add(string.Join(' ', command), $"{cli.Out}{cli.Error}");
        }
    }
}
