using Connectors.Abstractions;
using Connectors.Testing;
using Xunit;
using Xunit.Sdk;

namespace Connectors.Tests.Abstractions;

/// <summary>A contract that is broken names the field or the document, and says what to do.</summary>
public sealed class ContractMessagesTests
{
    private static readonly ConfigOption[] Orders = [new("Title", "title"), new("Date", "date")];

    public static TheoryData<ConfigField, string> Wrong =>
        new()
        {
            {
                new("order", "Order") { Options = Orders, Display = ConfigDisplay.TextBox },
                "Field 'order': it has Options, which its Display, TextBox, does not show: leave Display out, and it is a drop-down."
            },
            {
                new("order", "Order") { Options = Orders, DefaultValue = "size" },
                "Field 'order': its DefaultValue, \"size\", is none of its Options: take one of title, date."
            },
            {
                new("size", "Size") { DefaultValue = 7 },
                "Field 'size': its DefaultValue is 7, which no field of the type Text can hold: give one of its type, or set Type."
            },
            { new("Size", "Size"), "Field 'Size': its name: begin with a small letter, and use small letters, digits and '_' only." },
            { new("size", " "), "Field 'size': its Label is empty: say what Kibana shows beside the input." },
            {
                new("size", "Size") { Validations = [new("at_most", 5)] },
                "Field 'size': nothing checks a validation of the type 'at_most': take one of less_than, greater_than, list_type, "
                    + "included_in, regex."
            },
            {
                new("size", "Size") { DependsOn = [new("kind", "a")] },
                "Field 'size': it depends on 'kind', which is no other field of the source: name one that is in Description.Fields."
            },
            {
                new("size", "Size") { Validations = [new("regex", "(")] },
                "Field 'size': its regex, (, can't be read: Invalid pattern '(' at offset 1. Not enough )'s."
            },
            { new("api_token", "Token"), "Field 'api_token': it sounds secret: set Sensitive, or give it another name." },
            { new("api_key", "Key"), "Field 'api_key': it sounds secret: set Sensitive, or give it another name." },
        };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void AFieldThatBreaksARuleIsNamedWithTheRule(ConfigField field, string sentence) =>
        Assert.Equal([sentence], DescriptionRules.Problems(Description(field), []));

    [Fact]
    public void EveryProblemOfADescriptionIsTold() =>
        Assert.Equal(
            """
            Description.ServiceType is 'My-Things': begin with a small letter, and use small letters, digits and '_' only.
            Field 'a': its Label is empty: say what Kibana shows beside the input.
            The fixture's Values has 'b', which is no field of the source: declare it in Description.Fields, or leave it out.
            """.ReplaceLineEndings("\n"),
            Said(() => DescriptionRules.Check(Described(new ConfigField("a", ""), "My-Things"), ["a", "b"]))
        );

    [Theory]
    [InlineData("title")]
    [InlineData(null)]
    public void OptionsNeedNoDisplay(string? byDefault) =>
        DescriptionRules.Check(Described(new ConfigField("order", "Order") { Options = Orders, DefaultValue = byDefault }), ["order"]);

    [Fact]
    public void IdsThatDifferAreNamed()
    {
        ContractAssert.Ids(["a", "b"], ["b", "a"], "All");
        Assert.Equal(
            "All: missing: 'c'; given more than once: 'a'; not in the fixture's Ids: 'd'. Every document comes exactly once, with its own "
                + "id.",
            Said(() => ContractAssert.Ids(["a", "b", "c"], ["a", "d", "a", "b"], "All"))
        );
        Assert.Equal(
            "All: missing: '1', '2', '3', '4', '5' and 2 more. Every document comes exactly once, with its own id.",
            Said(() => ContractAssert.Ids(["1", "2", "3", "4", "5", "6", "7"], [], "All"))
        );
    }

    [Fact]
    public void DocumentsThatDifferAreNamed()
    {
        ReadDocument[] documents = [new("a", null, "{}"), new("b", null, "{}")];
        ContractAssert.Same(documents, [.. documents], "Again");
        Assert.StartsWith(
            "Again: document 2 was 'b' (no time stamp, {}), and is not there.",
            Said(() => ContractAssert.Same(documents, documents[..1], "Again")),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "Document 'b' did not change, but would be written again: it was 1, and is 2.",
            Said(() => ContractAssert.Unchanged("b", "1", "2")),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("[]", "Document 'a': its body is a JSON Array; Elasticsearch takes an object only.")]
    [InlineData("""{"x":1,"x":2}""", "Document 'a': its body has 'x' more than once: give each a name of its own.")]
    [InlineData(
        """{"id":1}""",
        "Document 'a': Elasticsearch and the service keep the name 'id' for themselves. Rename it: id_."
    )]
    public void ABodyThatElasticsearchRefusesIsNamed(string body, string sentence)
    {
        ContractAssert.HasABody(new ReadDocument("a", null, """{"x":1}"""));
        Assert.Equal(sentence, Said(() => ContractAssert.HasABody(new ReadDocument("a", null, body))));
    }

    [Fact]
    public void WhatASourceThrowsIsNamedWithTheCall()
    {
        ContractAssert.IsForeseen(new ConnectorException("The list can't be read."), "PingAsync");
        Assert.Equal(
            "A reading whose call 3 fails ended with InvalidOperationException (Boom): catch it, and throw a ConnectorException that says "
                + "what failed, where, and what to do.",
            Said(() => ContractAssert.IsForeseen(new InvalidOperationException("Boom"), "A reading whose call 3 fails"))
        );
        Assert.Equal(
            "The log holds 'pass', which is among the fixture's Secrets: leave it out there.",
            Said(() => ContractAssert.HoldsNoSecret(["pass"], "password", "The log"))
        );
    }

    private static SourceDescription Description(ConfigField field) =>
        new()
        {
            Name = "Things",
            ServiceType = "things",
            Fields = [field],
        };

    private static DescribedDataSource Described(ConfigField field, string serviceType = "things") =>
        new(Description(field) with { ServiceType = serviceType });

    private static string Said(Action assertion) => Assert.ThrowsAny<XunitException>(assertion).Message;

    private sealed class DescribedDataSource(SourceDescription description) : EnumerableDataSource(SourceContext.Empty)
    {
        public override SourceDescription Description => description;

        public override Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        protected override IAsyncEnumerable<SimpleDocument> ReadAsync(SourcePartition partition, CancellationToken cancellationToken) =>
            AsyncEnumerable.Empty<SimpleDocument>();
    }
}
