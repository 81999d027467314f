using System.Globalization;
using System.Text.Json.Nodes;
using Connectors.Tests.Sources.Rest.HttpJson;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Connectors.Tests.Support.Processes;

/// <summary>A source of twelve items in three pages, the last of which gets no answer until somebody mends that.</summary>
internal sealed class StuckPages : IAsyncDisposable
{
    private const int LastPage = 2;
    private const int PageItems = 4;

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<HttpContext, Task> _trouble;
    private JsonServer? _server;
    private volatile bool _isWell;

    private StuckPages(Func<HttpContext, Task> trouble) => _trouble = trouble;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The settings of a connector to it, of the type <c>http_json</c>, that waits for an answer for an hour.</summary>
    public Dictionary<string, JsonNode?> Settings =>
        new()
        {
            ["url"] = _server!.Address + "/?at=0",
            ["allowed_hosts"] = "127.0.0.1",
            ["items_pointer"] = "/items",
            ["paging"] = "next",
            ["next_pointer"] = "/next",
            ["request_timeout"] = 3_600,
        };

    /// <param name="trouble">What becomes of the request for the last page; it hangs when this is <see langword="null"/>.</param>
    public static async Task<StuckPages> StartAsync(Func<HttpContext, Task>? trouble = null)
    {
        var pages = new StuckPages(trouble ?? HangAsync);
        pages._server = await JsonServer.StartAsync(pages.AnswerAsync, Token);
        return pages;
    }

    /// <summary>Waits until somebody has asked for the last page.</summary>
    public Task ReachedAsync() => _reached.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Token);

    /// <summary>From now on every page is answered.</summary>
    public void Mend() => _isWell = true;

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private static Task HangAsync(HttpContext context) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

    private async Task AnswerAsync(HttpContext context)
    {
        var at = int.Parse(context.Request.Query["at"].ToString(), CultureInfo.InvariantCulture);
        if (at == LastPage && !_isWell)
        {
            _reached.TrySetResult();
            await _trouble(context);
            return;
        }

        var items = new JsonArray([.. Enumerable.Range(at * PageItems, PageItems).Select(id => new JsonObject { ["id"] = id })]);
        var page = new JsonObject { ["items"] = items, ["next"] = at == LastPage ? null : $"/?at={at + 1}" };
        await context.Response.WriteAsync(page.ToJsonString(), Token);
    }
}
