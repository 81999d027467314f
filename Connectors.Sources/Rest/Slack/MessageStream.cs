using System.Globalization;
using System.Text.Json;
using Connectors.Abstractions;
using Connectors.Sources.Rest.Documents;
using Connectors.Sources.Rest.Http;
using Connectors.Sources.Rest.Streams;
using Microsoft.Extensions.Logging;

namespace Connectors.Sources.Rest.Slack;

/// <summary>
/// The messages of a channel, newest first, each thread where its first message stands. A page ends before a thread, whose pages follow.
/// Cursors are times of messages, so they are valid for as long as the messages exist. Not safe for concurrent use.
/// </summary>
/// <param name="client">Asks.</param>
/// <param name="users">Names of users.</param>
/// <param name="channel">The channel; its detail is <see cref="Join"/> when it has to be joined first.</param>
/// <param name="days">How old the oldest message is.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of a channel that can't be joined.</param>
internal sealed class MessageStream(RestClient client, SlackUsers users, RestPlace channel, int days, TimeProvider time, ILogger logger)
    : RestStream("messages")
{
    /// <summary>Marks the place of a channel that has to be joined.</summary>
    public const string Join = "join";

    private const int PageSize = 200;
    private History? _left;
    private DocumentFields? _fields;

    /// <inheritdoc/>
    /// <remarks>A reply that was sent to the channel as well comes twice.</remarks>
    public override bool IsOneListing => false;

    /// <inheritdoc/>
    public override async Task<string?> ReadAsync(string cursor, StreamPage page, CancellationToken cancellationToken)
    {
        if (cursor.Length == 0 && channel.Detail == Join && !await JoinAsync(cancellationToken))
        {
            return null;
        }

        _fields ??= SlackDocuments.Message(channel, await users.NamesAsync(cancellationToken));
        var position = cursor.Length == 0 ? Begin() : Position.Parse(cursor);
        return position.Thread.Length == 0
            ? await ReadHistoryAsync(position, page, cancellationToken)
            : await ReadThreadAsync(position, page, cancellationToken);
    }

    private static string TimeOf(JsonElement message) => message.RequiredText("A message of Slack", "ts");

    private Position Begin()
    {
        var now = time.GetUtcNow();
        return new Position(Seconds(now.AddDays(-days)), Seconds(now), string.Empty, string.Empty);

        static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    }

    /// <returns>Whether the app is a member now. A member may join again.</returns>
    private async Task<bool> JoinAsync(CancellationToken cancellationToken)
    {
        try
        {
            var request = new RestRequest(HttpMethod.Post, "/api/conversations.join") { Form = [new("channel", channel.Key)] };
            using var answer = await client.SendAsync(request, cancellationToken);
            return true;
        }
        catch (ConnectorException refused)
            when (SlackErrors.NameOf(refused) is "method_not_supported_for_channel_type" or "is_archived" && channel.Detail == Join)
        {
            // Nobody can join it, so it is like a channel that the app was not invited to.
            RestLog.PassedOver(logger, "Slack", channel.Name, $"it can't be joined ({SlackErrors.NameOf(refused)}).");
            return false;
        }
    }

    private async Task<string?> ReadHistoryAsync(Position position, StreamPage page, CancellationToken cancellationToken)
    {
        var history = _left is { } left && left.Before == position.Before ? left : await HistoryAsync(position, cancellationToken);
        _left = null;
        for (var index = 0; index < history.Messages.Length; index++)
        {
            var message = history.Messages[index];
            if (message.Number("reply_count") > 0 && message.Text("type") == "message")
            {
                var thread = TimeOf(message);
                var rest = history.Messages[(index + 1)..];
                _left = rest.Length == 0 && history.HasMore ? null : history with { Before = thread, Messages = rest };
                return (position with { Before = thread, Thread = thread, Cursor = string.Empty }).ToString();
            }

            Add(page, message);
        }

        return !history.HasMore ? null
            : history.Messages is [.., var last] ? (position with { Before = TimeOf(last) }).ToString()
            : throw new ConnectorException($"Slack, {channel.Name}: says that there are more messages, and gives none.");
    }

    private async Task<History> HistoryAsync(Position position, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(
            $"/api/conversations.history?channel={channel.Key}&limit={PageSize}&oldest={position.Oldest}&latest={position.Before}",
            cancellationToken
        );
        return new History(
            position.Before,
            [.. SlackDataSource.Paging("/messages").Items(answer).EnumerateArray().Select(message => message.Clone())],
            HasMore(answer)
        );
    }

    private async Task<string> ReadThreadAsync(Position position, StreamPage page, CancellationToken cancellationToken)
    {
        var paging = SlackDataSource.Paging("/messages");
        var first = RestRequest.Get($"/api/conversations.replies?channel={channel.Key}&ts={position.Thread}&limit={PageSize}");
        string? next = null;
        try
        {
            using var answer = await client.SendAsync(paging.Request(first, position.Cursor), cancellationToken);
            var messages = paging.Items(answer);
            next = paging.Next(answer, position.Cursor, messages);
            if (next is null && HasMore(answer))
            {
                throw new ConnectorException($"Slack, {channel.Name}: says that a thread has more replies, and not where.");
            }

            // The first message of the thread may come again with each page.
            foreach (var message in messages.EnumerateArray().Where(item => position.Cursor.Length == 0 || TimeOf(item) != position.Thread))
            {
                Add(page, message);
            }
        }
        catch (ConnectorException closed) when (RestErrors.IsClosedPlace(closed))
        {
            page.AddGap($"{channel.Name}, thread {position.Thread}", closed);
        }

        return (next is null ? position with { Thread = string.Empty, Cursor = string.Empty } : position with { Cursor = next }).ToString();
    }

    private void Add(StreamPage page, JsonElement message)
    {
        if (message.Text("type") == "message")
        {
            page.Add($"{channel.Key}-{TimeOf(message)}", message, _fields!);
        }
    }

    private static bool HasMore(RestResponse answer) => answer.Json.Find("has_more") is { ValueKind: JsonValueKind.True };

    /// <summary>What is left of a page of the channel's messages, all of them from before a time.</summary>
    private sealed record History(string Before, JsonElement[] Messages, bool HasMore);

    private sealed record Position(string Oldest, string Before, string Thread, string Cursor)
    {
        public static Position Parse(string cursor) =>
            cursor.Split(' ') is [var oldest, var before, var thread, var replies]
                ? new Position(oldest, before, thread, replies)
                : throw new ConnectorException($"'{cursor}' is no place in a channel of Slack. Start the sync anew.");

        public override string ToString() => string.Join(' ', Oldest, Before, Thread, Cursor);
    }
}
