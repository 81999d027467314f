using System.Collections.Concurrent;
using Connectors.Tests.Support;
using Microsoft.Playwright;
using Xunit;

namespace Connectors.Tests.Cli.Ui;

/// <summary>The status page in a window of the browser, with everything that the browser complains about.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    public BrowserPage(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complaints.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => Complaints.Enqueue(error);
    }

    public IPage Page { get; }

    /// <summary>Errors in the console and in scripts; what the content security policy kept back is among them.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Keeps a picture among the artifacts, for a person to look at.</summary>
    public async Task ShootAsync(string name)
    {
        var picture = await Page.ScreenshotAsync(
            new PageScreenshotOptions { Path = Path.Combine(Approved.Root, "artifacts", "screenshots", $"{name}.png"), FullPage = true }
        );
        Assert.True(picture.Length > 5_000);
    }

    /// <summary>Texts that are seen and have less contrast than 4.5 to 1, with it.</summary>
    public Task<string[]> PoorContrastAsync() =>
        Page.EvaluateAsync<string[]>(
            """
            () => {
              const channels = color => { const found = color.match(/[\d.]+/g).map(Number); return found.length === 3 ? [...found, 1] : found; };
              const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
              const ground = element => { for (let one = element; one; one = one.parentElement) { const color = channels(getComputedStyle(one).backgroundColor); if (color[3] === 1) { return color; } } return [255, 255, 255, 1]; };
              const poor = [];
              let seen = 0;
              for (const element of document.querySelectorAll('body *')) {
                const text = [...element.childNodes].filter(node => node.nodeType === 3 && node.textContent.trim()).map(node => node.textContent.trim()).join(' ');
                if (!text || !element.checkVisibility() || ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName)) { continue; }
                seen++;
                const style = getComputedStyle(element);
                const a = light(channels(element instanceof SVGElement ? style.fill : style.color)), b = light(ground(element));
                const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
                if (ratio < 4.5) { poor.push(`${ratio.toFixed(2)}: ${text}`); }
              }
              return seen > 20 ? poor : [`only ${seen} texts were looked at`];
            }
            """
        );

    /// <summary>Words of column headings that are broken over two lines.</summary>
    public Task<string[]> BrokenHeadingsAsync() =>
        Page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('thead th')].filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1).flatMap(one => {
              const text = one.firstChild;
              return [...text.data.matchAll(/\S+/g)].filter(word => {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                return range.getClientRects().length > 1;
              }).map(word => word[0]);
            })
            """
        );

    /// <summary>What is seen and is not whole: it reaches out of its card or of the window, has a part that has to be scrolled to, or lies
    /// on another label of its chart.</summary>
    public Task<string[]> CutOffAsync() =>
        Page.EvaluateAsync<string[]>(
            """
            () => {
              const cut = [];
              const named = (why, one) => cut.push(`${why}: ${one.tagName.toLowerCase()} "${one.textContent.trim().slice(0, 60)}"`);
              const isOnScreen = one => one.checkVisibility() && !one.closest('.unseen, .skip, thead, noscript') && one.getBoundingClientRect().width > 0;
              const seen = [...document.querySelectorAll('header *, main *')].filter(isOnScreen);
              for (const one of seen.filter(one => !one.closest('svg'))) {
                const box = one.getBoundingClientRect();
                const card = one.parentElement.closest('.card, .panel') ?? document.body;
                const frame = card.getBoundingClientRect(), style = getComputedStyle(card);
                if (box.right > frame.right - parseFloat(style.paddingRight) + 1 || box.left < frame.left + parseFloat(style.paddingLeft) - 1) { named('reaches out', one); }
                if (getComputedStyle(one).display !== 'inline' && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1) && getComputedStyle(one).overflow !== 'visible' && one.tagName !== 'PROGRESS') { named('has to be scrolled', one); }
              }
              const labels = [...document.querySelectorAll('svg text')].filter(isOnScreen);
              for (const [i, one] of labels.entries()) {
                const box = one.getBoundingClientRect(), frame = one.ownerSVGElement.getBoundingClientRect();
                if (box.right > frame.right + 1 || box.left < frame.left - 1 || box.bottom > frame.bottom + 1) { named('reaches out', one); }
                for (const other of labels.slice(i + 1).map(label => label.getBoundingClientRect())) {
                  if (other.left < box.right && box.left < other.right && other.top < box.bottom && box.top < other.bottom) { named('lies on another', one); }
                }
              }
              return seen.length > 20 ? cut : [`only ${seen.length} elements were looked at`];
            }
            """
        );

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
