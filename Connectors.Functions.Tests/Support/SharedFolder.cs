using System.Text.Json.Nodes;
using Connectors.Abstractions;

namespace Connectors.Tests.Support;

/// <summary>
/// A folder of files of different rights, and the accounts that they are for: alice owns everything, bob is in its group, carol is neither.
/// Works for whoever runs the tests: alice is that user.
/// </summary>
internal sealed class SharedFolder : IDisposable
{
    private readonly TemporaryFolder _folder = TemporaryFolder.With();

    public SharedFolder()
    {
        Directory.CreateDirectory(Files);
        Directory.CreateDirectory(System.IO.Path.Join(Files, "closed"));
        Set("", 0x1ED);
        SetMode(_folder.Path, 0x1ED);
        Write("alice.txt", 0x180);
        Write("team.txt", 0x1A0);
        Write("group.txt", 0x20);
        Write("all.txt", 0x1A4);
        Write("none.txt", 0);
        Write("closed/all.txt", 0x1A4);
        Set("closed", 0x1C0);
        var (user, group) = Owner();
        File.WriteAllText(Users, $"alice:x:{user}:4000001::/:\nbob:x:4000002:{group}::/:\ncarol:x:4000003:4000003::/:\n");
        File.WriteAllText(Groups, $"choir:x:4000009:carol,alice\n");
    }

    public string Files => _folder["files"];

    public string Users => _folder["passwd"];

    public string Groups => _folder["group"];

    /// <summary>The values of a <c>dir</c> connector for it.</summary>
    public Dictionary<string, JsonNode?> Configuration(bool isOn = true) =>
        new()
        {
            ["directory"] = Files,
            ["use_document_level_security"] = isOn,
            ["users_file"] = Users,
            ["groups_file"] = Groups,
        };

    public SourceSettings Settings(bool isOn = true) =>
        new(new Dictionary<string, JsonNode?>(Configuration(isOn)) { ["pattern"] = "**/*.*" });

    public void Write(string name, int mode)
    {
        _folder.Write("files/" + name, name);
        Set(name, mode);
    }

    public void Set(string name, int mode) => SetMode(System.IO.Path.Join(Files, name), mode);

    /// <summary>The folder above those files.</summary>
    public void SetAbove(int mode) => SetMode(_folder.Path, mode);

    public void Dispose()
    {
        Set("closed", 0x1C0);
        _folder.Dispose();
    }

    private static void SetMode(string path, int mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Windows knows no modes of files.");
        }

        File.SetUnixFileMode(path, (UnixFileMode)mode);
    }

    private (uint User, uint Group) Owner()
    {
        var facts = new Connectors.Sources.Files.FileTree().Find(Files)!.Unix!;
        return (facts.User, facts.Group);
    }
}
