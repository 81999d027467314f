using Connectors.Sources.Databases.Sql;
using Connectors.Sources.Databases.Sql.Reading;
using Connectors.Sources.Databases.Sql.Tables;
using Xunit;

namespace Connectors.Tests.Sources.Databases.Sql;

public sealed class SqlTextTests
{
    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("-1", "-1.0")]
    [InlineData("0", "0.0")]
    [InlineData("0.5", "0.5")]
    [InlineData("00012.50", "12.50")]
    [InlineData("000", "0.0")]
    [InlineData("-007", "-7.0")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("00.25", "0.25")]
    [InlineData("NaN", null)]
    [InlineData("-Infinity", null)]
    [InlineData("", null)]
    public void ANumberIsWrittenWithAFraction(string text, string? expected) => Assert.Equal(expected, SqlText.Fraction(text, out _));

    [Fact]
    public void ANumberBeyondADoubleStaysAText()
    {
        Assert.NotNull(SqlText.Fraction(new string('9', 308), out var isTooLarge));
        Assert.False(isTooLarge);
        SqlText.Fraction("-" + new string('9', 309) + ".5", out isTooLarge);
        Assert.True(isTooLarge);
    }

    [Theory]
    [InlineData("2024-02-29 13:14:15.000000", nameof(SqlValueKind.Timestamp), "2024-02-29T13:14:15")]
    [InlineData("2024-02-29 13:14:15.1+00", nameof(SqlValueKind.TimestampUtc), "2024-02-29T13:14:15.1Z")]
    [InlineData("2024-02-29", nameof(SqlValueKind.Timestamp), "2024-02-29T00:00:00")]
    [InlineData("0000-00-00", nameof(SqlValueKind.Date), null)]
    [InlineData("2024-00-00", nameof(SqlValueKind.Date), null)]
    [InlineData("0000-00-00 00:00:00", nameof(SqlValueKind.TimestampUtc), null)]
    [InlineData("294276-12-31 23:59:59.999999", nameof(SqlValueKind.Timestamp), "9999-12-31T23:59:59.999999")]
    [InlineData("4714-11-24 00:00:00+00 BC", nameof(SqlValueKind.TimestampUtc), "0001-01-01T00:00:00Z")]
    public void ATimeIsWrittenAsIso8601(string text, string kind, string? expected) =>
        Assert.Equal(expected, SqlText.Time(text, Enum.Parse<SqlValueKind>(kind)));

    [Theory]
    [InlineData("2024-02-29 13:14:15.12", nameof(SqlValueKind.Timestamp), "2024-02-29 13:14:15.120000")]
    [InlineData("2024-02-29 13:14:15.000000", nameof(SqlValueKind.Timestamp), "2024-02-29 13:14:15")]
    [InlineData("2024-02-29 13:14:15+00", nameof(SqlValueKind.TimestampUtc), "2024-02-29 13:14:15+00:00")]
    [InlineData("1", nameof(SqlValueKind.Float), "1.0")]
    [InlineData("t", nameof(SqlValueKind.Boolean), "True")]
    [InlineData("1.50", nameof(SqlValueKind.Decimal), "1.50")]
    public void AnIdNamesAKeyAsPythonPrintsIt(string text, string kind, string expected) =>
        Assert.Equal(expected, SqlText.Python(text, Enum.Parse<SqlValueKind>(kind)));

    [Theory]
    [InlineData(new[] { "7" }, "t_7")]
    [InlineData(new[] { "a_b" }, "t_a_b")]
    [InlineData(new[] { "" }, "t_[\"\"]")]
    [InlineData(new[] { "[\"a\"]" }, "t_[\"[\\\"a\\\"]\"]")]
    [InlineData(new[] { "a", "b" }, "t_a_b")]
    [InlineData(new[] { "a", "" }, "t_[\"a\",\"\"]")]
    [InlineData(new[] { "a_b", "c" }, "t_[\"a_b\",\"c\"]")]
    [InlineData(new[] { "a", "b_c" }, "t_[\"a\",\"b_c\"]")]
    [InlineData(new[] { "items_5" }, "t_[\"items_5\"]")]
    public void NoTwoKeysShareAnId(string[] key, string expected) => Assert.Equal(expected, SqlRowId.Of("t_", key, ["items_"]));

    [Theory]
    [InlineData(0, 100, 4, new[] { "25", "50", "75" })]
    [InlineData(1, 3, 10, new[] { "1", "2" })]
    [InlineData(5, 5, 4, new string[0])]
    [InlineData(-10, -1, 2, new[] { "-6" })]
    public void ARangeIsDividedEvenly(int first, int last, int parts, string[] expected) =>
        Assert.Equal(expected, SqlSplits.Between(first, last, parts));
}
