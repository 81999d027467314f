using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Files;
using Connectors.Testing;
using Connectors.Tests.Support;

namespace Connectors.Tests.Sources.Files;

public sealed class DirectoryContractTests : StoppableSourceContractTests
{
    protected override ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken) => new(new FolderFixture());

    private sealed class FolderFixture : SourceFixture
    {
        private readonly TemporaryFolder _folder = TemporaryFolder.With(
            "a.txt",
            "b/1.txt",
            "b/2.txt",
            "b/c/3.md",
            "b-c/4.txt",
            "b.d/5.txt",
            "d/6.txt",
            "e/f/g/7.txt",
            "e/f/8.txt",
            "h.i",
            "ü/9.txt",
            "z.txt",
            "z/10.txt",
            "no-dot"
        );

        public override IReadOnlyCollection<string> Ids => [.. _folder.Files.Where(file => file != "no-dot").Select(_folder.IdOf)];

        public override JsonObject Values => new() { ["directory"] = _folder.Path };

        public override IDataSource Create(SourceContext context) => new DirectoryDataSource(context, new BreakableTree(Calls));

        public override Task ChangeAsync(CancellationToken cancellationToken) =>
            File.WriteAllTextAsync(_folder["a.txt"], "changed", cancellationToken);

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return base.DisposeAsync();
        }
    }
}
