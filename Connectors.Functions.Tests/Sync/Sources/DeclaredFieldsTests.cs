using Connectors.Abstractions;
using Connectors.Sync.Sources;
using Xunit;

namespace Connectors.Tests.Sync.Sources;

public sealed class DeclaredFieldsTests
{
    private static readonly ConfigField Address = new("url", "Address");

    public static TheoryData<ConfigField[]?, string?> Declared =>
        new()
        {
            { [Address, new("key", "Key") { Validations = [new("regex", "[a-z]+"), new("less_than", 5)] }], null },
            { [], null },
            { null, "has a field without a name or a label, or no list of fields" },
            { [null!], "has a field without a name or a label, or no list of fields" },
            { [new("", "Key")], "has a field without a name or a label, or no list of fields" },
            { [new("key", null!)], "has a field without a name or a label, or no list of fields" },
            { [Address, new("key", "Key"), Address], "declares the field 'url' 2 times" },
            {
                [new("key", "Key") { Validations = [new("regex", "(")] }],
                "checks the field 'key' by a regular expression that can't be read: Invalid pattern '(' at offset 1. Not enough )'s"
            },
        };

    [Theory]
    [MemberData(nameof(Declared), DisableDiscoveryEnumeration = true)]
    public void FieldsThatNobodyCanJudgeAreTold(ConfigField[]? fields, string? problem) =>
        Assert.Equal(problem, DeclaredFields.Problem(fields));
}
