using System.Text.RegularExpressions;
using Connectors.Tests.Support;
using Xunit;

namespace Connectors.Tests.Docs.Blocks;

/// <summary>
/// Commands that are not run: they would change the machine, need what is not here, or are run by the build itself. Each program stands
/// here with the reason, and with what is checked of it all the same. A program that does not stand here fails.
/// </summary>
internal static partial class OtherCommands
{
    private static readonly string Root = Approved.Root;

    private static readonly Dictionary<string, (string Reason, Action<string[]> Check)> Known = new(StringComparer.Ordinal)
    {
        ["dotnet run"] = ("the build script runs these tests", words => BuildScript(words[2..])),
        ["dotnet build"] = ("the project is built with these tests", words => Exists(words[2])),
        ["dotnet publish"] = ("tests publish it", words => Exists(words[2])),
        ["dotnet pack"] = ("the build script and a test pack it", words => Exists(words[2])),
        ["dotnet tool"] = ("it changes the user's machine", Tool),
        ["dotnet format"] = ("the build script runs it", words => Assert.Equal("whitespace", words[2])),
        ["jq"] = ("it only rearranges what it gets", words => Assert.NotEmpty(words[1])),
        ["printf"] = ("it hands on a variable", words => Assert.Equal(["%s", ""], words[1..])),
        ["set"] = ("it ends the script with the first command that fails", words => Assert.Equal(["-e"], words[1..])),
        ["cp"] = ("it copies what was published", Paths),
        ["cd"] = ("it goes to a folder", Paths),
        ["func"] = ("it needs Core Tools", words => Assert.Equal(["func", "start"], words)),
        ["npx"] = ("it needs npm", words =>
            Assert.Contains(
                $"FromNpm(\"azurite\", \"{words[1].Split('@')[1]}\"",
                Read("eng/Build/TestServers.cs"),
                StringComparison.Ordinal
            )
        ),
        ["mkdir"] = ("it changes the machine", Paths),
        ["install"] = ("it changes the machine", Paths),
        ["mount"] = ("it changes the machine", words =>
            Assert.Equal(["ro", "serverino"], words[^1].Split(',').Intersect(["ro", "serverino"]))
        ),
        ["sudoedit"] = ("it opens an editor", Paths),
        ["systemctl"] = ("it needs systemd", words =>
            Assert.True(words[1] == "daemon-reload" || words.Contains("elastic-ingest"), "not our unit")
        ),
        ["journalctl"] = ("it needs systemd", words => Assert.Contains("elastic-ingest", words)),
        ["podman"] = ("it needs containers", Container),
        ["git"] = ("it changes the clone", words => Assert.Equal("checkout", words[1])),
        ["azd"] = ("it needs Azure", Azd),
        ["az"] = ("it needs Azure", words => Assert.NotEmpty(words[1])),
        ["gh"] = ("it needs GitHub", GitHub),
        ["redis-cli"] = ("a test of the source gives a user of its own these rights", words => Rights(words[6..])),
        ["echo"] = ("it makes a file of the user's", words => Assert.Equal([">", "/"], [words[^2], words[^1][..1]])),
        ["export"] = ("it sets a variable of the shell", words => Variable(words[1].Split('=')[0])),
        ["unset"] = ("it removes a variable of the shell", words => Variable(words[1])),
        ["read"] = ("it asks a person", words => Variable(words[^1])),
    };

    public static void Check(string[] words, DocCommand command)
    {
        if (words is ["sudo", .. var rest])
        {
            words = rest;
        }

        var known = Known.GetValueOrDefault(words.Length > 1 ? $"{words[0]} {words[1]}" : words[0]);
        known = known.Check is null ? Known.GetValueOrDefault(words[0]) : known;
        Assert.True(
            known.Check is not null,
            $"nothing runs or checks `{words[0]}`: run it, or give a reason and a check in {nameof(OtherCommands)}"
        );
        known.Check(words);
        if (words is ["dotnet", "run", "build.cs", "--", "test", ..] && command.Output.Length > 0)
        {
            Assert.Matches(@"^\d+ passed, 0 failed, 0 skipped$", command.Output.TrimEnd().Split('\n')[^1]);
            Assert.Contains(
                "{_passed} passed, {_failed} failed, {_skipped} skipped",
                Read("eng/Build/TestCounts.cs"),
                StringComparison.Ordinal
            );
        }
    }

    private static void BuildScript(string[] words)
    {
        Assert.Equal(["build.cs", "--"], words.Take(2));
        Assert.Contains($"case \"{words[2]}\":", Read("build.cs"), StringComparison.Ordinal);
        foreach (var option in words.Skip(3).Where(word => word.StartsWith("--", StringComparison.Ordinal)))
        {
            var place =
                words[2] == "functions"
                    ? string.Concat(
                        Directory.EnumerateFiles(Path.Combine(Root, "Connectors.LocalHost", "DevHost"), "*.cs").Select(File.ReadAllText)
                    )
                    : Read("Connectors.Benchmarks/Program.cs") + Read("build.cs");
            Assert.Contains($"\"{option}\"", place, StringComparison.Ordinal);
        }
    }

    private static void Rights(string[] words)
    {
        var test = Read("Connectors.Functions.Tests/Sources/Databases/Redis/RedisServerTests.cs");
        Assert.InRange(words.Length, 5, 20);
        Assert.All(words, word => Assert.Contains($"\"{word}\"", test, StringComparison.Ordinal));
    }

    private static void Tool(string[] words)
    {
        Assert.Equal(["dotnet", "tool", "install", "--global", "--add-source", "artifacts/packages"], words.Take(6));
        Assert.Contains("<PackAsTool>true</PackAsTool>", Read($"{words[6]}/{words[6]}.csproj"), StringComparison.Ordinal);
        Assert.Contains("\"packages\")", Read("build.cs"), StringComparison.Ordinal);
    }

    private static void Container(string[] words)
    {
        var file = Read("infra/container/Containerfile");
        switch (words[1])
        {
            case "build":
                Exists(words[Array.IndexOf(words, "-f") + 1]);
                break;
            case "run":
                var volumes = words.Zip(words.Skip(1)).Where(pair => pair.First == "-v").Select(pair => pair.Second.Split(':')).ToList();
                Assert.NotEmpty(volumes);
                Assert.All(volumes, volume =>
                    Assert.Contains(
                        Path.GetDirectoryName(volume[1]) is "/" or null ? volume[1] : Path.GetDirectoryName(volume[1])!,
                        file,
                        StringComparison.Ordinal
                    )
                );
                break;
            default:
                Assert.Contains(words[1], (string[])["logs", "stop"]);
                break;
        }
    }

    private static void Azd(string[] words)
    {
        var line = string.Join(' ', words.Skip(1));
        if (words is ["azd", "env", "set", var name, _])
        {
            Assert.Contains($"readEnvironmentVariable('{name}'", Read("infra/main.bicepparam"), StringComparison.Ordinal);
        }
        else if (words is ["azd", "env", "get-value", var output])
        {
            Assert.Contains($"output {output} string", Read("infra/main.bicep"), StringComparison.Ordinal);
        }
        else
        {
            Assert.True(
                line
                    is "auth login"
                        or "up"
                        or "down"
                        or "deploy"
                        or "provision"
                        or "provision --no-state"
                        or "pipeline config --provider github"
                    || line.StartsWith("env new ", StringComparison.Ordinal),
                $"azd {line}"
            );
        }
    }

    private static void GitHub(string[] words)
    {
        if (words is ["gh", "variable", "set", var name, ..])
        {
            Assert.Contains($"vars.{name} ", Read(".github/workflows/deploy.yml"), StringComparison.Ordinal);
            Assert.Equal(name != "DEPLOY_RUNNER", words.Contains("--env"));
        }
        else
        {
            Assert.Equal(["gh", "api"], words.Take(2));
        }
    }

    private static void Variable(string name) =>
        Assert.True(
            name == "PATH"
                || Read("infra/main.bicepparam").Contains($"'{name}'", StringComparison.Ordinal)
                || Read("config.yml").Contains($"${{{name}:", StringComparison.Ordinal),
            $"nobody reads {name}"
        );

    // Of the repository, or made by `publish`; what begins with a slash is on the user's machine.
    private static void Paths(string[] words)
    {
        foreach (
            var path in words
                .Skip(1)
                .Where(word =>
                    word[0] != '-'
                    && word[0] != '/'
                    && !Mode().IsMatch(word)
                    && !word.StartsWith("plugins", StringComparison.Ordinal)
                    && word != "local.settings.json"
                )
        )
        {
            if (path.StartsWith("artifacts/", StringComparison.Ordinal))
            {
                Assert.Contains(
                    $"\"{Path.GetFileName(path).Replace("-linux-x64", "-{RuntimeInformation.RuntimeIdentifier}", StringComparison.Ordinal)}\"",
                    Read("build.cs"),
                    StringComparison.Ordinal
                );
            }
            else
            {
                Exists(path.Split("/bin/")[0]);
            }
        }
    }

    private static void Exists(string path) => Assert.True(Path.Exists(Path.Combine(Root, path)), $"{path} is not there");

    private static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    [GeneratedRegex("^[0-7]{3,4}$", RegexOptions.None, 5000)]
    private static partial Regex Mode();
}
