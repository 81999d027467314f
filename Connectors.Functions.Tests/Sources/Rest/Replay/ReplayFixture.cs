using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Testing;

namespace Connectors.Tests.Sources.Rest.Replay;

/// <summary>A source over a replay, for the contract suite.</summary>
internal sealed class ReplayFixture(ReplaySource source, IReadOnlyCollection<string> ids) : SourceFixture
{
    /// <summary>The server.</summary>
    public ReplayServer Server { get; private set; } = null!;

    public override IReadOnlyCollection<string> Ids => ids;

    public override JsonObject Values => Server.Values;

    public override IReadOnlyCollection<string> Secrets =>
        [
            .. source
                .Create(SourceContext.Empty)
                .Description.Fields.Where(item => item.Sensitive)
                .Select(item => Values[item.Name]?.ToString())
                .OfType<string>()
                .Where(value => value.Length > 0),
        ];

    /// <summary>What is recorded is a full sync.</summary>
    public override bool KnowsChanges => false;

    public async Task StartAsync(string run, CancellationToken cancellationToken) =>
        Server = await ReplayServer.StartAsync(source, run, Calls, cancellationToken);

    public override IDataSource Create(SourceContext context) =>
        Server is null ? source.Create(context) : Server.Open(context with { AdvancedRules = Server.Recording.Rules });

    public override async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await base.DisposeAsync();
    }
}
