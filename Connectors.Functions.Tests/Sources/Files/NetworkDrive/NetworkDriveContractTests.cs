using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Abstractions;
using Connectors.Sources.Files;
using Connectors.Sources.Files.NetworkDrive;
using Connectors.Testing;
using Connectors.Tests.Support;

namespace Connectors.Tests.Sources.Files.NetworkDrive;

public sealed class NetworkDriveContractTests : StoppableSourceContractTests
{
    protected override ValueTask<SourceFixture> CreateFixtureAsync(CancellationToken cancellationToken) => new(new ShareFixture());

    private sealed class ShareFixture : SourceFixture
    {
        private readonly TemporaryFolder _folder = TemporaryFolder.With(
            "a.txt",
            "b/1.txt",
            "b/c/2.md",
            "b-c/3.txt",
            "d/e/f/4",
            "ü/5.txt",
            "z"
        );

        public override IReadOnlyCollection<string> Ids =>
            [
                .. Directory
                    .EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories)
                    .Select(path => new FileTree().Find(path)!.Unix!.Inode.ToString(CultureInfo.InvariantCulture)),
            ];

        public override JsonObject Values =>
            new()
            {
                ["directory"] = _folder.Path,
                ["server_ip"] = "10.0.0.5",
                ["drive_path"] = "share",
            };

        public override IDataSource Create(SourceContext context) => new NetworkDriveDataSource(context, new BreakableTree(Calls));

        public override Task ChangeAsync(CancellationToken cancellationToken) =>
            File.WriteAllTextAsync(_folder["a.txt"], "changed", cancellationToken);

        public override ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return base.DisposeAsync();
        }
    }
}
