using Connectors.Abstractions;
using Connectors.Sync.Protocol;
using Connectors.Sync.Protocol.Schedules;
using Xunit;

namespace Connectors.Tests.Sync.Protocol.Schedules;

public sealed class DueSyncsTests
{
    private static DateTimeOffset Now => Some.Time("2026-11-23T00:02:00Z");

    [Theory]
    // interval, last run, now, the time that is due
    [InlineData("0 0 0 * * ?", "2026-11-22T00:00:00Z", "2026-11-22T23:59:59Z", null)]
    [InlineData("0 0 0 * * ?", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z")]
    [InlineData("0 0 0 * * ?", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", null)]
    [InlineData("0 0 0 * * ?", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00.999Z", null)]
    // one run makes up for ten days without a service
    [InlineData("0 0 * * * ?", "2026-11-13T05:00:00Z", "2026-11-23T10:20:00Z", "2026-11-23T10:00:00Z")]
    // no clock is put forward or back in UTC: 2:30 happens once on every day of March and October
    [InlineData("0 30 2 * * ?", "2026-03-28T02:30:00Z", "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z")]
    [InlineData("0 30 2 * * ?", "2026-10-25T02:30:00Z", "2026-10-25T23:00:00Z", null)]
    [InlineData("0/20 * * * * ?", "2026-11-23T22:35:40Z", "2026-11-23T22:36:00.4Z", "2026-11-23T22:36:00Z")]
    [InlineData("0 0 12 L * ?", "2026-10-31T12:00:00Z", "2026-11-30T12:00:01Z", "2026-11-30T12:00:00Z")]
    [InlineData("0 0 9 LW * ?", "2026-09-30T09:00:00Z", "2026-10-31T09:00:00Z", "2026-10-30T09:00:00Z")]
    [InlineData("0 0 9 15W * ?", "2026-10-15T09:00:00Z", "2026-11-16T09:00:00Z", "2026-11-16T09:00:00Z")]
    [InlineData("0 0 9 ? * 6#3", "2026-10-16T09:00:00Z", "2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z")]
    [InlineData("0 0 9 ? * 1", "2026-11-15T09:00:00Z", "2026-11-22T12:00:00Z", "2026-11-22T09:00:00Z")]
    [InlineData("0 0 9 ? * MON-FRI", "2026-11-20T09:00:00Z", "2026-11-22T23:00:00Z", null)]
    [InlineData("0 0 9 1 1 ? 2027", "2026-11-20T09:00:00Z", "2026-11-22T23:00:00Z", null)]
    [InlineData("0 0 9 1 1 ? 2027", "2026-11-20T09:00:00Z", "2031-11-22T23:00:00Z", "2027-01-01T09:00:00Z")]
    // another zone's way of writing the last run
    [InlineData("0 0 0 * * ?", "2026-11-23T01:00:00+01:00", "2026-11-23T08:00:00Z", null)]
    [InlineData("0 0 0 * * ?", "2026-11-22T22:35:28.64999146Z", "2026-11-23T08:00:00Z", "2026-11-23T00:00:00Z")]
    public void AScheduleIsDueOnceForEverythingItFiredSinceTheLastRun(string interval, string lastRun, string now, string? due)
    {
        var connector = Some.Connector(
            $$$"""{"scheduling": {"full": {"enabled": true, "interval": "{{{interval}}}"}}, "last_sync_scheduled_at": "{{{lastRun}}}"}"""
        );

        var answer = DueSyncs.Of(connector, Some.Time(now));

        Assert.Null(answer.Problem);
        Assert.Equal(due is null ? [] : [new DueSync(JobType.Full, TriggerMethod.Scheduled, Some.Time(due))], answer.Syncs);
    }

    [Fact]
    public void FullSyncsAndIncrementalOnesHaveSchedulesOfTheirOwn()
    {
        var connector = Some.Connector(
            """
            {
                "scheduling": {"full": {"enabled": true, "interval": "0 0 0 * * ?"}, "incremental": {"enabled": true, "interval": "0 0 * * * ?"}},
                "last_sync_scheduled_at": "2026-11-22T00:00:00Z",
                "last_incremental_sync_scheduled_at": "2026-11-22T23:00:00Z"
            }
            """
        );

        Assert.Empty(DueSyncs.Of(connector, Some.Time("2026-11-22T23:59:00Z")).Syncs);
        Assert.Equal(
            [
                new DueSync(JobType.Full, TriggerMethod.Scheduled, Some.Time("2026-11-23T00:00:00Z")),
                new DueSync(JobType.Incremental, TriggerMethod.Scheduled, Some.Time("2026-11-23T00:00:00Z")),
            ],
            DueSyncs.Of(connector, Some.Time("2026-11-23T00:30:00Z")).Syncs
        );
    }

    [Fact]
    public void AWrongScheduleOfIncrementalSyncsIsExplainedAndLeavesTheFullOneAlone()
    {
        var connector = Some.Connector(
            """
            {
                "scheduling": {"full": {"enabled": true, "interval": "0 0 0 * * ?"}, "incremental": {"enabled": true, "interval": "hourly"}},
                "last_seen": "2026-11-22T10:00:00Z"
            }
            """
        );

        var answer = DueSyncs.Of(connector, Some.Time("2026-11-23T00:30:00Z"));

        Assert.Equal(JobType.Full, Assert.Single(answer.Syncs).Type);
        Assert.StartsWith("scheduling.incremental.interval: 'hourly' is not a cron expression", answer.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("2026-11-22T23:59:00Z", true)]
    [InlineData("2026-11-23T00:01:00Z", false)]
    public void BeforeTheFirstRunAScheduleCountsFromWhenTheConnectorWasLastSeen(string? lastSeen, bool isDue)
    {
        var document = Some.Json("""{"scheduling": {"full": {"enabled": true, "interval": "0 0 0 * * ?"}}}""");
        document["last_seen"] = lastSeen;
        var connector = Some.Connector(document.ToJsonString());

        Assert.Equal(isDue, DueSyncs.Of(connector, Some.Time("2026-11-23T00:02:00Z")).Syncs.Count == 1);
    }

    [Theory]
    [InlineData("""{"scheduling": {"full": {"enabled": false, "interval": "0 0 0 * * ?"}}}""")]
    [InlineData(
        """{"scheduling": {"incremental": {"enabled": true, "interval": "0 0 0 * * ?"}, "access_control": {"enabled": true, "interval": "0 0 0 * * ?"}}}"""
    )]
    [InlineData("""{"scheduling": {"full": {"enabled": "yes", "interval": "0 0 0 * * ?"}}}""")]
    [InlineData("""{"scheduling": "daily"}""")]
    [InlineData("""{"sync_now": false}""")]
    [InlineData("""{"sync_now": "true"}""")]
    [InlineData("{}")]
    public void NothingIsDueThatNobodyWants(string connector)
    {
        var document = Some.Json(connector);
        document["last_sync_scheduled_at"] = "2020-01-01T00:00:00Z";

        var answer = DueSyncs.Of(Some.Connector(document.ToJsonString()), Some.Time("2026-11-23T00:02:00Z"));

        Assert.Empty(answer.Syncs);
        Assert.Null(answer.Problem);
    }

    [Fact]
    public void TheFlatScheduleAndTheFlagOf2022Count()
    {
        var connector = Some.Connector(
            """{"sync_now": true, "scheduling": {"enabled": true, "interval": "0 0 0 * * ?"}, "last_seen": "2026-11-22T10:00:00Z"}"""
        );

        var answer = DueSyncs.Of(connector, Some.Time("2026-11-23T00:02:00Z"));

        Assert.Equal(
            [
                new DueSync(JobType.Full, TriggerMethod.OnDemand, null),
                new DueSync(JobType.Full, TriggerMethod.Scheduled, Some.Time("2026-11-23T00:00:00Z")),
            ],
            answer.Syncs
        );
    }

    [Theory]
    [InlineData("0 0 0 31 2 ?")]
    [InlineData("0 0 0 30 2 ? 2026-2060")]
    [InlineData("0 0 0 30 2 ?")]
    public void AScheduleThatNeverComesIsAFaultEvenBeforeTheConnectorWasSeen(string interval)
    {
        foreach (var seen in new[] { "null", "\"2026-11-22T10:00:00Z\"" })
        {
            var connector = Some.Connector(
                $$$$"""{"scheduling": {"full": {"enabled": true, "interval": "{{{{interval}}}}"}}, "last_seen": {{{{seen}}}}}"""
            );
            var answer = DueSyncs.Of(connector, Some.Time("2026-11-23T00:02:00Z"));
            Assert.Empty(answer.Syncs);
            Assert.StartsWith($"scheduling.full.interval: '{interval}' ", answer.Problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/5 0,30 8-18/2 ? * MON-FRI")]
    [InlineData("0 0 3 L-3W * ?")]
    [InlineData("0 0 3 LW JAN-MAR/2 ?")]
    [InlineData("0 0 3 1,15W * ?")]
    [InlineData("0 0 22-4 ? * 6L")]
    [InlineData("59 59 23 ? 12 FRI#2 2026-2090")]
    [InlineData("0 0 3 L-30 * ?")]
    [InlineData("0 0 3 ? * fri-mon")]
    [InlineData("0 0 3 ? NOV-FEB L 2026/2")]
    [InlineData("0 0 3 25-5 */2 ? *")]
    [InlineData("50-10/5 0 03 * * ?")]
    public void WhatQuartzKnowsIsInTheRangesOfItsFields(string interval) => Assert.Null(CronSchedule.Problem(interval, Now));

    [Theory]
    [InlineData("0 0 0 1 1 ? 2020", "2020-01-01 00:00:00")]
    [InlineData("30 59 23 ? * * 2025-2025", "2025-12-31 23:59:30")]
    [InlineData("0 0 12 1 1 ? 2026", "2026-01-01 12:00:00")]
    public void AnExpressionWhoseTimesAreOverIsRefusedAndItsLastOneTold(string interval, string last)
    {
        Assert.Equal(
            $"'{interval}' never fires again: its last time was {last} UTC. Correct the year or leave it out; for example '0 0 3 * * ?' "
                + "for every day at 3:00 UTC.",
            CronSchedule.Problem(interval, Now)
        );
        Assert.True(CronSchedule.IsReadable(interval));
        Assert.Null(CronSchedule.Problem(interval, Some.Time("2019-12-31T00:00:00Z")));
    }

    [Theory]
    [InlineData("0 0 5-1 * * ?", "the range '5-1' of the hour goes over the end: 5 to 23, then 0 to 1.")]
    [InlineData("0 0 3 1,28-2 * ?", "the range '28-2' of the day of month goes over the end: 28 to 31, then 1 to 2.")]
    [InlineData("0 0 3 ? * fri-mon", "the range 'fri-mon' of the day of week goes over the end: FRI to SAT, then SUN to MON.")]
    [InlineData("0 0 3 ? * 6-2", "the range '6-2' of the day of week goes over the end: 6 to 7, then 1 to 2.")]
    [InlineData("0 0 3 ? 11-2/3 MON", "the range '11-2/3' of the month goes over the end: 11 to 12, then 1 to 2.")]
    [InlineData("0 0-30 8-18 L-3 * ?", null)]
    [InlineData("0 0 3 1-1 * ?", null)]
    public void ARangeThatGoesOverTheEndIsLegalAndToldAsItIsRead(string interval, string? read)
    {
        Assert.Null(CronSchedule.Problem(interval, Now));
        Assert.Equal(read is null ? null : $"{read} Elastic's Python service can't read such a range.", CronFields.Wrapped(interval));
    }

    [Fact]
    public void ARangeThatGoesOverTheEndFiresOnBothSidesOfIt() =>
        Assert.Equal(
            [Some.Time("2026-11-23T01:00:00Z"), Some.Time("2026-11-23T22:00:00Z"), Some.Time("2026-11-23T23:00:00Z")],
            CronSchedule.Parse("0 0 22-1 * * ?").NextTimes(Some.Time("2026-11-23T00:02:00Z"), 3)
        );

    [Fact]
    public void TheNextTimesOfAScheduleAreTold()
    {
        var schedule = CronSchedule.Parse("0 0 3 29 2 ? 2026-2032");
        Assert.Equal(
            [Some.Time("2028-02-29T03:00:00Z"), Some.Time("2032-02-29T03:00:00Z")],
            schedule.NextTimes(Some.Time("2026-11-23T00:02:00Z"), 3)
        );
    }

    [Theory]
    [InlineData("* * * * *", "it has 5 fields, the first one (seconds) is missing")]
    [InlineData("0 0 3 * * *", "day of month or day of week has to be '?'")]
    [InlineData("0 0 25 * * ?", "the hour '25' is not between 0 and 23")]
    [InlineData("60 0 3 * * ?", "the second '60' is not between 0 and 59")]
    [InlineData("0 1,60 3 * * ?", "the minute '60' is not between 0 and 59")]
    [InlineData("70/5 0 3 * * ?", "the second '70/5' is not between 0 and 59")]
    [InlineData("0 5-70 3 * * ?", "the minute '5-70' is not between 0 and 59")]
    [InlineData("0 */70 3 * * ?", "the step '*/70' of the minute is not between 1 and 59")]
    [InlineData("*/0 0 3 * * ?", "the step '*/0' of the second is not between 1 and 59")]
    [InlineData("0 0 0/24 * * ?", "the step '0/24' of the hour is not between 1 and 23")]
    [InlineData("0 0 3- * * ?", "the range '3-' of the hour has no end")]
    [InlineData("0 0 3-/2 * * ?", "the range '3-/2' of the hour has no end")]
    [InlineData("0 0 3 0 * ?", "the day of month '0' is not between 1 and 31")]
    [InlineData("0 0 3 32W * ?", "the day of month '32W' is not between 1 and 31")]
    [InlineData("0 0 3 1 13 ?", "the month '13' is not between 1 (January) and 12")]
    [InlineData("0 0 3 1 JAN-13 ?", "the month 'JAN-13' is not between 1 (January) and 12")]
    [InlineData("0 0 3 ? * 0", "the day of week '0' is not between 1 (Sunday) and 7 (Saturday)")]
    [InlineData("0 0 3 ? * 2-9", "the day of week '2-9' is not between 1 (Sunday) and 7 (Saturday)")]
    [InlineData("0 0 3 ? * 8#2", "the day of week '8#2' is not between 1 (Sunday) and 7 (Saturday)")]
    [InlineData("0 0 3 ? * 99999999999", "the day of week '99999999999' is not between 1 (Sunday) and 7 (Saturday)")]
    [InlineData("@daily", "names such as @daily are not taken")]
    [InlineData("every day", "it has 2 fields")]
    [InlineData("", "it is empty")]
    [InlineData("0 0 3 * * ? 2026 2027", "it has 8 fields, the year is the last one there can be")]
    [InlineData("0 0 3 ? * ?", "day of month and day of week can't both be '?'")]
    [InlineData("0 x 3 * * ?", "the minute 'x' is none of 0 to 59, *, a range such as 0-30, a step such as */15")]
    [InlineData("0 0 */x * * ?", "the hour '*/x' is none of 0 to 23, *, a range such as 8-18, a step such as */6")]
    [InlineData("0 0 3--5 * * ?", "the hour '3--5' is none of 0 to 23, *, a range such as 8-18, a step such as */6")]
    [InlineData("0 0 3/ * * ?", "the hour '3/' is none of 0 to 23, *, a range such as 8-18, a step such as */6")]
    [InlineData("0 0 ? * * ?", "the hour '?' is none of 0 to 23, *, a range such as 8-18, a step such as */6")]
    [InlineData("0 0 1,,2 * * ?", "the list '1,,2' of the hour has an empty place")]
    [InlineData("0 0 , * * ?", "the list ',' of the hour has an empty place")]
    [InlineData(
        "0 0 3 15wx * ?",
        "the day of month '15wx' is none of 1 to 31, *, ?, L (the last), L-3, LW, 15W, a range such as 1-7, a step such as */2"
    )]
    [InlineData(
        "0 0 3 L-31 * ?",
        "the day of month 'L-31' is none of 1 to 31, *, ?, L (the last), L-3, LW, 15W, a range such as 1-7, a step such as */2"
    )]
    [InlineData("0 0 3 15,l * ?", "'L' can't be in a list, as in the day of month '15,l'")]
    [InlineData("0 0 3 1,? * ?", "'?' can't be in a list, as in the day of month '1,?'")]
    [InlineData("0 0 3 1 Foo ?", "the month 'Foo' is none of 1 to 12, JAN to DEC, *, a range such as 4-9, a step such as */3")]
    [InlineData("0 0 3 1 JAN-3 ?", "the month 'JAN-3' is none of 1 to 12, JAN to DEC, *, a range such as 4-9, a step such as */3")]
    [InlineData(
        "0 0 3 ? * FRI#6",
        "the day of week 'FRI#6' is none of 1 (Sunday) to 7, SUN to SAT, *, ?, FRIL (the last of the month), FRI#2 (the second), a range "
            + "such as MON-FRI"
    )]
    [InlineData("0 0 3 ? * FRI#1,MON#2", "'FRI#1' can't be in a list, as in the day of week 'FRI#1,MON#2'")]
    [InlineData("0 0 3 1 1 ? 1969", "the year '1969' is not between 1970 and 2099")]
    [InlineData("0 0 3 1 1 ? 2030-2028", "the range '2030-2028' of the year goes backwards")]
    [InlineData("0 0 3 1 1 ? soon", "the year 'soon' is none of 1970 to 2099, *, a range such as 2026-2030, a step such as 2026/2")]
    public void AnExpressionThatIsNoneIsExplained(string interval, string reason)
    {
        var exception = Assert.Throws<ConnectorException>(() => CronSchedule.Parse(interval));
        Assert.Equal(
            $"'{interval}' is not a cron expression: {reason}. Write six fields: second, minute, hour, day of month, month, day of week; "
                + "for example '0 0 3 * * ?' for every day at 3:00 UTC.",
            exception.Message
        );

        var connector = Some.Connector(
            $$$$"""{"scheduling": {"full": {"enabled": true, "interval": "{{{{interval}}}}"}}, "last_seen": "2026-11-22T10:00:00Z"}"""
        );
        var answer = DueSyncs.Of(connector, Some.Time("2026-11-23T00:02:00Z"));
        Assert.Empty(answer.Syncs);
        Assert.Equal($"scheduling.full.interval: {exception.Message}", answer.Problem);
    }
}
