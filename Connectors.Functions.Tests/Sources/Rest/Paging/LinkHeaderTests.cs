using Connectors.Abstractions;
using Connectors.Sources.Rest.Paging;
using Connectors.Tests.Support;
using CsCheck;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Paging;

public sealed class LinkHeaderTests
{
    [Theory]
    [InlineData("</2>; rel=next", "/2")]
    [InlineData("</2>;rel=\"next\"", "/2")]
    [InlineData("</2>; title=\"a \\\" b; rel=prev\"; rel=\"next\"", "/2")]
    [InlineData("</2>; title=\"a \\\\\"; rel=\"next\"", "/2")]
    [InlineData("</1>; rel=prev, </2>; REL=\"Last NEXT\"", "/2")]
    [InlineData("</2>; title*=UTF-8''n%c3%a4chste; rel = \"next\"", "/2")]
    [InlineData("</2?a=1,2;3>; crossorigin; rel=next", "/2?a=1,2;3")]
    [InlineData(" , </1>;rel=first , ,\t</2> ; rel=next;", "/2")]
    [InlineData("< /2 >; rel=next", "/2")]
    [InlineData("<>; rel=next", "")]
    [InlineData("</2>; rel=\"previous\\ next\"", "/2")]
    [InlineData("</2>; rel=next, </3>; rel=next", "/2")]
    [InlineData("</1>; rel=prev; rel=next", null)]
    [InlineData("</1>; rel=nextish", null)]
    [InlineData("</1>; title=\"</2>; rel=next\"; rel=prev", null)]
    [InlineData("</1>; rev=next", null)]
    [InlineData("</1>; rel*=next", null)]
    [InlineData("</1>", null)]
    [InlineData("", null)]
    [InlineData(" ,, ", null)]
    public void TheNextPageIsFoundByTheGrammar(string header, string? next) => Assert.Equal(next, LinkHeader.Next(header));

    [Theory]
    [InlineData("next")]
    [InlineData("</2")]
    [InlineData("</2> rel=next")]
    [InlineData("</2>; rel=\"next")]
    [InlineData("</2>; title=\"open\\\"; rel=next")]
    [InlineData("</2>; =next")]
    [InlineData("</1>; rel=prev </2>; rel=next")]
    [InlineData("</1>; rel=\"a\"b")]
    public void WhatIsNoListOfLinksIsRefused(string header) => Assert.Throws<ConnectorException>(() => LinkHeader.Next(header));

    [Fact]
    public void EveryHeaderIsReadOrRefused() =>
        Gen.OneOf("<", ">", "\"", "\\", ";", ",", "=", " ", "rel", "next", "/2", "ä", "\t", "*")
            .Array[0, 12]
            .Select(string.Concat)
            .Sample(
                header =>
                {
                    try
                    {
                        LinkHeader.Next(header);
                    }
                    catch (ConnectorException)
                    {
                        // Refused.
                    }
                },
                iter: Fuzz.Cases
            );

    [Fact]
    public void TheNextLinkIsFoundWhateverStandsAroundIt()
    {
        var text = Gen.OneOf("a", "\\\"", "\\\\", ",", ";", "<", ">", "=", " ", "rel=prev")
            .Array[0, 6]
            .Select(parts => $"\"{string.Concat(parts)}\"");
        var parameter = Gen.OneOf(
            text.Select(value => $"title={value}"),
            Gen.Const("type=a/b"),
            Gen.Const("flag"),
            text.Select(value => $"x = {value}")
        );
        var parameters = parameter.Array[0, 3].Select(all => string.Concat(all.Select(item => $"; {item}")));
        Gen.Select(parameters, parameters, parameters)
            .Sample(
                (first, second, third) => Assert.Equal("/2", LinkHeader.Next($"</1>{first}; rel=\"prev\", </2>{second}; rel=next{third}"))
            );
    }
}
