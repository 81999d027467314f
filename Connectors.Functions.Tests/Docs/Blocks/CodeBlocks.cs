using Connectors.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>C#, compiled against everything that the tests know; and project files.</summary>
internal static class CodeBlocks
{
    // What a page's code takes for granted.
    private static readonly Dictionary<string, string> Preludes = new(StringComparer.Ordinal)
    {
        ["docs/local-host.md"] = """
            public static class SomeFunction;
            public interface ISomething;
            public sealed class Something : ISomething;
            """,
        ["docs/writing-a-source.md"] = """
            public sealed class MyFixture : SourceFixture
            {
                public override IReadOnlyCollection<string> Ids => throw null!;
                public override System.Text.Json.Nodes.JsonObject Values => throw null!;
                public override IDataSource Create(SourceContext context) => throw null!;
                public override Task ChangeAsync(CancellationToken cancellationToken) => throw null!;
            }
            """,
    };

    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        global using Connectors.LocalHost.Hosting; global using Connectors.Abstractions; global using Connectors.Testing;
        global using Connectors.Sync.Configuration; global using Microsoft.Extensions.DependencyInjection;
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];

    // What stands word for word in a source file is compiled with it.
    private static readonly string[] Files =
    [
        .. Directory
            .EnumerateFiles(Approved.Root, "*.cs", SearchOption.AllDirectories)
            .Where(file =>
                !Path.GetRelativePath(Approved.Root, file)
                    .Split('/', '\\')
                    .Any(part => part is "bin" or "obj" or "artifacts" or "node_modules")
            )
            .Select(file => File.ReadAllText(file).ReplaceLineEndings("\n")),
    ];

    public static void Compile(DocBlock block)
    {
        var text = string.Join('\n', block.Lines);
        if (block.Lines.Count >= 3 && Files.Any(file => file.Contains(text, StringComparison.Ordinal)))
        {
            return;
        }

        // Statements are put into a method, as a reader would.
        var code = text.Contains(" class ", StringComparison.Ordinal)
            ? text
            : $"static class Snippet {{ static async Task RunAsync(CancellationToken cancellationToken) {{ {text}\n }} }}";
        Assert.Empty(Errors([Preludes.GetValueOrDefault(block.File, string.Empty), code]));
    }

    /// <summary>What keeps files of one project from being compiled.</summary>
    public static IEnumerable<string> Errors(IEnumerable<string> files)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var compilation = CSharpCompilation.Create(
            "Snippet",
            files.Prepend(Usings).Select(file => CSharpSyntaxTree.ParseText(file, options)),
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)
        );
        return compilation.GetDiagnostics().Where(item => item.Severity == DiagnosticSeverity.Error).Select(item => item.ToString());
    }
}
