using Connectors.Abstractions;
using Connectors.Sources.Rest.GraphQL.Queries;
using Xunit;

namespace Connectors.Tests.Sources.Rest.GraphQL.Queries;

public sealed class GraphQLQueryTests
{
    [Theory]
    [InlineData("{ users(after: $a) { id } }", "users", "a")]
    [InlineData(
        "query q($a: String = \"} {\") @live(x: {y: [1]}) { users(first: 2, after: $a, order: {by: [NAME]}) @skip(if: $s) { id } }",
        "users",
        "a"
    )]
    [InlineData("# query { no }\n{ all: users(after: \"x\") { id } }", "all", null)]
    [InlineData("{ a { ... on T @include(if: true) { b(after: $x) } } }", "a.b", "x")]
    [InlineData(
        "{ a { ...F } } fragment F on T { b { ...G } } fragment G on U { c(text: \"\"\"a \"quote\" } \"\"\", after: $y) { id } }",
        "a.b.c",
        "y"
    )]
    public void WhatAQueryAsksForIsFound(string query, string path, string? after)
    {
        var field = GraphQLQuery.Parse("graphql_query", query).Find(path.Split('.'));
        Assert.NotNull(field);
        Assert.Equal(after, field.After);
    }

    [Theory]
    [InlineData("{ all: users { id } }", "users")]
    [InlineData("{ a { b } }", "a.b.c")]
    [InlineData("{ a { ...Loop } } fragment Loop on T { ...Loop }", "a.b")]
    public void WhatItDoesNotAskForIsNot(string query, string path) =>
        Assert.Null(GraphQLQuery.Parse("graphql_query", query).Find(path.Split('.')));

    [Theory]
    [InlineData("", "graphql_query: there are 0 operations in it.")]
    [InlineData("query a { x } query b { y }", "graphql_query: there are 2 operations in it.")]
    [InlineData("subscription { x }", "graphql_query: it is a subscription, and only queries are sent.")]
    [InlineData("{ x } mutation { y }", "graphql_query: there are 2 operations in it.")]
    [InlineData("{ x ", "graphql_query: the text is no GraphQL query.")]
    [InlineData("{ x(after: ) }", "graphql_query: the text is no GraphQL query.")]
    [InlineData("{ x(a: [1 }", "graphql_query: the text is no GraphQL query.")]
    [InlineData("{ \"x }", "graphql_query: the text is no GraphQL query.")]
    [InlineData("users", "graphql_query: the text is no GraphQL query.")]
    public void WhatIsNoQueryIsRefused(string query, string sentence)
    {
        var failure = Assert.Throws<ConnectorException>(() => GraphQLQuery.Parse("graphql_query", query));
        Assert.StartsWith(sentence, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AVeryDeepQueryIsRefused()
    {
        var query = string.Concat(Enumerable.Repeat("{ a ", 10_000));
        Assert.Contains(
            "levels deep",
            Assert.Throws<ConnectorException>(() => GraphQLQuery.Parse("graphql_query", query)).Message,
            StringComparison.Ordinal
        );
    }
}
