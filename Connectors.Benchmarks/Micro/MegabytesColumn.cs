using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Connectors.Benchmarks.Micro;

/// <summary>One operation of the class takes one of the first <see cref="Count"/> sample documents as its input.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TakesSampleDocumentAttribute : Attribute
{
    /// <summary>How many documents are gone through in turn.</summary>
    public const int Count = 1_000;
}

/// <summary>Megabytes (10^6 bytes) of BSON a second, for the classes that work through sample documents.</summary>
internal sealed class MegabytesColumn : IColumn
{
    private static readonly double BytesADocument = SampleDocuments
        .Bson(TakesSampleDocumentAttribute.Count)
        .Average(document => (double)document.Length);

    public string Id => "MB/s";

    public string ColumnName => "MB/s";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Statistics;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => $"Megabytes of BSON a second, at {BytesADocument:F0} bytes a document";

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        benchmarkCase.Descriptor.Type.IsDefined(typeof(TakesSampleDocumentAttribute), inherit: false)
        && summary[benchmarkCase]?.ResultStatistics?.Mean is { } nanoseconds
            ? (BytesADocument * 1e3 / nanoseconds).ToString("N0")
            : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);
}
