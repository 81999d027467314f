using Connectors.Sync.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Connectors.Tests.Sync.Diagnostics;

public sealed class RepeatedNoticeTests
{
    [Fact]
    public void EachMatterIsToldOnceInHalfAMinuteThoughTheyTakeTurns()
    {
        var clock = new FakeTimeProvider();
        var notice = new RepeatedNotice(clock);
        var told = new List<string>();
        for (var second = 0; second < 60; second++)
        {
            told.AddRange(new[] { "away", "busy" }.Where(notice.IsDue).Select(matter => $"{matter} {second}"));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["away 0", "busy 0", "away 30", "busy 30"], told);
    }
}
