using System.Text;
using Connectors.Abstractions;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs.Pages;

/// <summary>docs/errors.md: every sentence that a failure can have, read from the code, below what to do about its kind.</summary>
public sealed class ErrorPageTests
{
    // Where the sentences are, in the order of the page: heading, folders, what to do in general. What lies deeper is a part of its own, or
    // told.
    private static readonly (string Heading, string[] Folders, string Advice)[] Parts =
    [
        (
            "Connectors and jobs",
            [
                "Connectors.Sync/Service/",
                "Connectors.Sync/Protocol/",
                "Connectors.Sync/Filtering/",
                "Connectors.Sync/Api/",
                "Connectors.Sync/Configuration/",
                "Connectors.Functions/",
                "Connectors.Cli/",
            ],
            "Something about the connector's document, its configuration, its rules or its job has to be put right, in Kibana or with "
                + "`elastic-ingest connector`. Nothing was read from the source."
        ),
        (
            "Elasticsearch",
            ["Connectors.Sync/Elasticsearch/"],
            "What Elasticsearch refused, or why it can't be reached. `elastic-ingest doctor` goes through all of it. Missing privileges: "
                + "[security.md](security.md#privileges)."
        ),
        (
            "Reading and writing",
            [
                "Connectors.Sync",
                "Connectors.Sync/Engine",
                "Connectors.Sync/Engine/Planning/",
                "Connectors.Sync/Engine/Pages/",
                "Connectors.Sync/Engine/Changes/",
                "Connectors.Sync/Engine/AccessControl/",
                "Connectors.Sync/Bulk/",
                "Connectors.Sync/Diff/",
                "Connectors.Sync/Diagnostics/",
                "Connectors.Sync/Retries/",
            ],
            "The sync itself gave up. What was written stays; nothing was deleted that the source may still have."
        ),
        (
            "State and staging",
            ["Connectors.Sync/Engine/Staged/", "Connectors.Sync/Staging/"],
            "What a running sync left for itself, in `service.state_dir` or in the staging container, is missing, damaged or can't be "
                + "written. Starting the sync again is always safe: it starts over, and writes only what differs."
        ),
        (
            "The text of files",
            ["Connectors.Sync/Content/"],
            "A file is indexed without its text and reported in the job's `metadata.rejections` "
                + "([content.md](content.md#when-there-is-no-text)); the sync goes on."
        ),
        (
            "All sources",
            ["Connectors.Sync/Sources", "Connectors.Abstractions/", "Connectors.Sources"],
            "A field of the connector's configuration, or a class under `sources` in config.yml."
        ),
    ];

    private static readonly string[] Projects =
    [
        "Connectors.Abstractions",
        "Connectors.Sync",
        "Connectors.Sources",
        "Connectors.Functions",
        "Connectors.Cli",
    ];

    [Fact]
    public void ThePageHasEverySentenceThatTheCodeCanSay()
    {
        var page = new StringBuilder(Beginning());
        var (total, shown) = (0, new HashSet<string>(StringComparer.Ordinal));
        foreach (var (heading, folders, advice) in Parts)
        {
            total += Part(page, heading, advice, [.. folders.SelectMany(Sentences)], shown);
        }

        foreach (var source in SourceFolders())
        {
            var documentation = SourcePage(source);
            var link = documentation is null
                ? string.Empty
                : $" Fields, privileges and limits: [{documentation}](sources/{documentation}.md).";
            total += Part(
                page,
                documentation is null ? $"Shared by sources ({Path.GetFileName(source)})" : $"Source {documentation}",
                $"The source does not answer, refuses, or is not configured rightly.{link}",
                Sentences($"{source}/"),
                shown
            );
        }

        total += Part(
            page,
            "Everything else",
            "What is said elsewhere in the code.",
            [.. Projects.SelectMany(project => ErrorSentences.In(project, deep: true))],
            shown
        );
        Assert.True(total > 150, $"only {total} sentences were found");
        Approved.Verify(page.ToString(), "docs/errors.md");
    }

    private static string Beginning()
    {
        var kinds = new Dictionary<FailureKind, string>
        {
            [FailureKind.Retry] = "it may pass, and was tried again for as long as the settings say. The next sync tries it again",
            [FailureKind.Skip] = "it concerns one document or file, which is reported; the sync went on",
            [FailureKind.Fatal] = "no retry can help. The job ends with the sentence; put right what it says, then sync again",
        };
        Assert.Equal(Enum.GetValues<FailureKind>(), kinds.Keys);
        var text = new StringBuilder(
            """
            # What each error means

            The `error` of a job, of a connector (in Kibana: *last sync failed*), the end of `elastic-ingest sync` and the log all say the same sentence. Find it here by its
            unchanging words; `…` stands for what differs. This page is made from the code, and a test keeps it whole. Errors of config.yml name file, line and key themselves
            ([configuration.md](configuration.md)); messages that appear in the log only are in [operations.md](operations.md#log-messages).

            | kind | means |
            |---|---|

            """
        );
        foreach (var (kind, meaning) in kinds)
        {
            text.Append("| ").Append(kind.ToString().ToLowerInvariant()).Append(" | ").Append(meaning).Append(" |\n");
        }

        text.Append(
            """

            An error that nobody expected says `Unexpected error (…)` and an *error id*: search the log for the id, the entry has the details, and please
            [report it](../CONTRIBUTING.md). One in a source of your own names its class instead:
            [when it fails](writing-a-source.md#6-when-it-fails).

            """
        );
        return text.ToString().ReplaceLineEndings("\n");
    }

    // A part has what no part before it had, so the last one, of everything, can forget nothing.
    private static int Part(StringBuilder page, string heading, string advice, IReadOnlyList<ErrorSentence> all, HashSet<string> shown)
    {
        var sentences = all.Where(sentence => sentence.Text.Trim('…', ' ').Length > 0 && shown.Add(sentence.Text))
            .OrderBy(sentence => sentence.Text, StringComparer.Ordinal)
            .ToList();
        if (sentences.Count > 0)
        {
            page.Append("\n## ").Append(heading).Append("\n\n").Append(advice).Append("\n\n| error | kind |\n|---|---|\n");
            foreach (var sentence in sentences)
            {
                page.Append("| ")
                    .Append(Cell(sentence.Text))
                    .Append(" | ")
                    .Append(string.Join(" or ", sentence.Kinds.Select(kind => kind.ToString().ToLowerInvariant())))
                    .Append(" |\n");
            }
        }

        return sentences.Count;
    }

    private static IReadOnlyList<ErrorSentence> Sentences(string folder) =>
        Directory.Exists(Path.Combine(Approved.Root, folder)) ? ErrorSentences.In(folder.TrimEnd('/'), folder.EndsWith('/')) : [];

    // A source lies in the folder of its class, relative to the root. What several sources share comes after them.
    private static IEnumerable<string> SourceFolders() =>
        Directory
            .EnumerateFiles(Path.Combine(Approved.Root, "Connectors.Sources"), "*DataSource.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Approved.Root, Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Distinct()
            .OrderBy(folder => SourcePage(folder) is null)
            .ThenBy(Path.GetFileName, StringComparer.Ordinal);

    // The page of a source is named by its service type, which its class says.
    private static string? SourcePage(string folder)
    {
        var code = string.Concat(Directory.EnumerateFiles(Path.Combine(Approved.Root, folder), "*.cs").Select(File.ReadAllText));
        return Directory
            .EnumerateFiles(Path.Combine(Approved.Root, "docs", "sources"), "*.md")
            .Select(Path.GetFileNameWithoutExtension)
            .FirstOrDefault(page => code.Contains($"ServiceType = \"{page}\"", StringComparison.Ordinal));
    }

    private static string Cell(string text) =>
        text.ReplaceLineEndings(" ")
            .Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace("*", "\\*", StringComparison.Ordinal);
}
