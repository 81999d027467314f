using Connectors.Abstractions;
using Connectors.Cli;
using Connectors.Cli.Hosting;
using Connectors.Cli.Input;
using Xunit;

namespace Connectors.Tests.Cli.Input;

/// <summary>What is said of a value for a field that a source does not have.</summary>
public sealed class FieldAssignmentsTests
{
    [Theory]
    [InlineData("", "--set a: there is no such field. The source has none.")]
    [InlineData("path pattern", "--set a: there is no such field. There are path, pattern.")]
    public void TheFieldsThatThereAreAreNamed(string names, string expected)
    {
        using var shutdown = new ShutdownSignals(_ => { });
        var environment = new CliEnvironment
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            Variables = new Dictionary<string, string>(),
            Shutdown = shutdown,
        };
        ConfigField[] fields =
        [
            .. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new ConfigField(name, name)),
        ];

        var wrong = Assert.Throws<CliException>(() => FieldAssignments.Read(fields, ["a=1"], environment));

        Assert.Equal(expected, wrong.Message);
    }
}
