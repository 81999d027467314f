using System.Net;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.GitLab;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Paging;
using Connectors.Sources.Rest.Streams;
using Connectors.Tests.Sources.Rest.Http;
using Xunit;

namespace Connectors.Tests.Sources.Rest.Streams;

public sealed class StreamWalkTests
{
    private static readonly RestPlace[] Places = [new("a", "A"), new("b", "B")];
    private readonly List<string> _asked = [];
    private readonly List<string> _gaps = [];
    private Func<string, string, string[]> _ids = (stream, cursor) =>
        [.. Enumerable.Range(1, 3).Select(number => $"{stream}{cursor}{number}")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task PagesHoldWhatIsWantedAndEveryTokenLeadsOn(int most)
    {
        var (all, tokens) = await ReadAsync(Walk(), PageToken.Start, most);
        Assert.Equal(24, all.Count);
        Assert.Equal(24, all.Distinct().Count());
        Assert.Equal(8, _asked.Count);
        for (var index = 0; index < tokens.Count; index++)
        {
            var (rest, _) = await ReadAsync(Walk(), tokens[index], most);
            Assert.Equal(all.Skip(Math.Min((index + 1) * most, all.Count)), rest);
        }
    }

    [Fact]
    public async Task APageThatBeginsOtherwiseByNowIsGivenWhole()
    {
        var (_, tokens) = await ReadAsync(Walk(), PageToken.Start, 2);
        _ids = (stream, cursor) => [.. Enumerable.Range(0, 4).Select(number => $"{stream}{cursor}{number}")];
        var (rest, _) = await ReadAsync(Walk(), tokens[0], 2);
        Assert.Equal(["a-x-0", "a-x-1", "a-x-2", "a-x-3"], rest.Take(4));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task ATokenLeadsToItsPlaceWhenOthersCameOrWent(int most)
    {
        var (all, tokens) = await ReadAsync(Walk(), PageToken.Start, most);
        for (var index = 0; index < tokens.Count; index++)
        {
            var rest = all.Skip((index + 1) * most).ToList();
            var (withMore, _) = await ReadAsync(Walk(), tokens[index], most, [new RestPlace("0", "0"), .. Places, new RestPlace("c", "C")]);
            Assert.Equal(rest, withMore.Take(rest.Count));
            Assert.All(withMore.Skip(rest.Count), id => Assert.StartsWith("c-", id, StringComparison.Ordinal));
            if ((index + 1) * most >= all.Count / Places.Length)
            {
                var (alone, _) = await ReadAsync(Walk(), tokens[index], most, Places[1]);
                Assert.Equal(rest, alone);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AllPlacesAreReadAgainWhenThatOfTheTokenIsGone(bool inOneProcess)
    {
        var places = new[] { Places[1], new RestPlace("c", "C") };
        using var walk = Walk();
        using var first = await walk.ReadAsync("all", Places, PageToken.Start, new PageLimits(2, int.MaxValue), null, null, Cancellation);
        var (rest, _) = await ReadAsync(inOneProcess ? walk : Walk(), first.Next, 2, places);
        Assert.Equal(24, rest.Count);
        Assert.All(rest, id => Assert.DoesNotContain("a-", id, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1|0|0|0|")]
    [InlineData("1|0|2|1f|2|")]
    [InlineData("1.|0|0|0|")]
    [InlineData("1.x|0|0|0|")]
    public async Task ATokenThatDoesNotNameItsPlaceIsRefused(string token)
    {
        var failure = await Assert.ThrowsAsync<ConnectorException>(() => ReadAsync(Walk(), new PageToken(token), 2));
        Assert.Equal($"'{token}' is no place in this source. Start the sync anew.", failure.Message);
    }

    /// <summary>A slow service gives a few documents at a time: a sync that is stopped does not wait until they are as many as a page
    /// holds.</summary>
    [Fact]
    public async Task AStopEndsThePageWithoutAnotherRequest()
    {
        var (all, _) = await ReadAsync(Walk(), PageToken.Start, 100);
        _asked.Clear();
        using var stop = new CancellationTokenSource();
        var read = _ids;
        _ids = (stream, cursor) =>
        {
            if (_asked.Count == 2)
            {
                stop.Cancel();
            }

            return read(stream, cursor);
        };
        using var walk = Walk();
        var limits = new PageLimits(100, int.MaxValue) { Ending = stop.Token };
        using var page = await walk.ReadAsync("all", Places, PageToken.Start, limits, null, null, Cancellation);

        Assert.Equal((3, false), (page.Count, page.IsLast));
        Assert.Equal(2, _asked.Count);
        _ids = read;
        Assert.Equal(all.Skip(3), (await ReadAsync(Walk(), page.Next, 100)).Ids);
    }

    [Fact]
    public async Task AClosedPlaceIsAGapAndTheOthersAreRead()
    {
        using var walk = new StreamWalk(
            place => [place.Key == "a" ? new ClosedStream(HttpStatusCode.Forbidden) : new ListStream("b-x-", _asked, _ids)],
            TimeProvider.System
        );
        using var page = await walk.ReadAsync("all", Places, PageToken.Start, PageLimits.Default, null, null, Cancellation);
        Assert.Equal("A, closed: refused.", page.Gap);
        Assert.Equal(6, page.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "a")]
    [InlineData(HttpStatusCode.InternalServerError, "a")]
    [InlineData(HttpStatusCode.Forbidden, "")]
    public async Task WhatConcernsMoreThanOnePlaceFailsTheSync(HttpStatusCode status, string place)
    {
        using var walk = new StreamWalk(_ => [new ClosedStream(status)], TimeProvider.System);
        await Assert.ThrowsAsync<ConnectorException>(() =>
            walk.ReadAsync("all", [new RestPlace(place, "A")], PageToken.Start, PageLimits.Default, null, null, Cancellation)
        );
    }

    [Fact]
    public async Task AStreamThatNeverEndsIsAFault()
    {
        using var walk = new StreamWalk(_ => [new RoundStream()], TimeProvider.System);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            walk.ReadAsync("all", Places, PageToken.Start, PageLimits.Default, null, null, Cancellation)
        );
        Assert.StartsWith("A: round: after some pages one came again", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AStreamThatStandsForAnotherIsJudgedAsThatOne(bool isOptional)
    {
        RestStream For(RestStream stream) =>
            isOptional ? new OptionalStream(stream, _ => Task.FromResult(false)) : new DeferredStream("x", _ => Task.FromResult(stream));
        _ids = (_, _) => ["same"];
        var (ids, _) = await ReadAsync(
            new StreamWalk(_ => [For(new ListStream("x", _asked, _ids, isOneListing: false))], TimeProvider.System),
            PageToken.Start,
            100
        );
        Assert.Equal(["same"], ids);

        using var walk = new StreamWalk(_ => [For(new RoundStream("its own words"))], TimeProvider.System);
        var failure = await Assert.ThrowsAsync<ConnectorException>(() =>
            walk.ReadAsync("all", Places, PageToken.Start, PageLimits.Default, null, null, Cancellation)
        );
        Assert.Equal("its own words.", failure.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task TheStreamsOfEachItemAreReadAndGoneOnFromEveryToken(int most)
    {
        var script = Scripted.By(request =>
            request.RequestUri!.PathAndQuery switch
            {
                "/api/users?at=2" => Scripted.Json("""{"items": [{"id": "w"}]}"""),
                "/api/users" => Scripted.Json("""{"items": [{"id": "u"}, {"id": "gone"}, {"id": "v"}], "next": "2"}"""),
                "/api/users/gone/mails" => Scripted.Status(404),
                var path => Scripted.Json($$"""{"items": [{"id": "{{path[^7]}}1"}, {"id": "{{path[^7]}}2"}]}"""),
            }
        );
        using var client = script.Client();
        var paging = RestPaging.Cursor("/items", "/next", (request, cursor) => request.WithQuery("at", cursor));
        StreamWalk Each() =>
            new(
                _ =>
                    [
                        new EachStream(
                            "users",
                            client,
                            RestRequest.Get("/api/users"),
                            paging,
                            user => new RestPlace(user.RequiredText("user", "id"), user.RequiredText("user", "id")),
                            user => [new PagedStream("mails", client, RestRequest.Get($"/api/users/{user.Key}/mails"), paging, Write)]
                        ),
                    ],
                TimeProvider.System
            );

        var (all, tokens) = await ReadAsync(Each(), PageToken.Start, most, RestPlace.Whole);
        Assert.Equal(["u1", "u2", "v1", "v2", "w1", "w2"], all);
        Assert.Contains(_gaps, gap => gap.StartsWith("gone, mails: ", StringComparison.Ordinal));
        for (var index = 0; index < tokens.Count; index++)
        {
            var (rest, _) = await ReadAsync(Each(), tokens[index], most, RestPlace.Whole);
            Assert.Equal(all.Skip((index + 1) * most), rest);
        }

        static void Write(JsonElement item, StreamPage page) => page.Add(item.RequiredText("mail", "id"), item, DocumentFields.All);
    }

    private StreamWalk Walk() =>
        new(
            place => [new ListStream($"{place.Key}-x-", _asked, _ids), new ListStream($"{place.Key}-y-", _asked, _ids)],
            TimeProvider.System
        );

    private async Task<(List<string> Ids, List<PageToken> Tokens)> ReadAsync(
        StreamWalk walk,
        PageToken after,
        int most,
        params RestPlace[] places
    )
    {
        var (ids, tokens) = (new List<string>(), new List<PageToken>());
        using (walk)
        {
            while (true)
            {
                using var page = await walk.ReadAsync(
                    "all",
                    places.Length == 0 ? Places : places,
                    after,
                    new PageLimits(most, int.MaxValue),
                    null,
                    null,
                    Cancellation
                );
                Assert.InRange(page.Count, 0, most);
                ids.AddRange(
                    Enumerable
                        .Range(0, page.Count)
                        .Select(index => page[index].Id.Span.ToArray())
                        .Select(System.Text.Encoding.UTF8.GetString)
                );
                _gaps.AddRange(page.Gap is null ? [] : [page.Gap]);
                if (page.IsLast)
                {
                    return (ids.Distinct().ToList(), tokens);
                }

                tokens.Add(after = page.Next);
            }
        }
    }

    /// <summary>Two pages.</summary>
    private sealed class ListStream(string name, List<string> asked, Func<string, string, string[]> ids, bool isOneListing = true)
        : RestStream(name)
    {
        public override bool IsOneListing => isOneListing;

        public override Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
        {
            asked.Add(Name + cursor);
            foreach (var id in ids(Name, cursor))
            {
                var json = page.Begin(id);
                json.WriteStartObject();
                json.WriteEndObject();
                page.End();
            }

            return Task.FromResult(cursor.Length == 0 ? "2|" : null);
        }
    }

    private sealed class ClosedStream(HttpStatusCode status) : RestStream("closed")
    {
        public override Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken) =>
            throw new ConnectorException(FailureKind.Fatal, "refused.", RestErrors.Cause(status));
    }

    private sealed class RoundStream(string? words = null) : RestStream("round")
    {
        public override ConnectorException NeverEnds(string listing) =>
            words is null ? base.NeverEnds(listing) : new ConnectorException(words);

        public override Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken) =>
            Task.FromResult<string?>(cursor == "1" ? "2" : "1");
    }
}
