using System.Text;

namespace Connectors.Tests.Support.S3Server;

/// <summary>A bucket of the test server. Keys are in S3's order, that of their UTF-8 bytes.</summary>
public sealed class S3Bucket(string name)
{
    public string Name => name;

    /// <summary>Requests signed for another region are sent there.</summary>
    public string Region { get; set; } = "us-east-1";

    /// <summary>Whether every request about it is answered with AccessDenied.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether its location may not be asked for.</summary>
    public bool HidesLocation { get; set; }

    public SortedDictionary<string, S3Item> Items { get; } = new(Utf8Order.Instance);

    /// <summary>Puts an object that holds <paramref name="text"/>.</summary>
    public S3Bucket With(string key, string text = "text", string? failsWith = null)
    {
        Items[key] = new S3Item(
            Encoding.UTF8.GetBytes(text),
            new DateTimeOffset(2024, 5, 6, 7, 8, Items.Count % 60, TimeSpan.Zero),
            failsWith
        );
        return this;
    }

    private sealed class Utf8Order : IComparer<string>
    {
        public static readonly Utf8Order Instance = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y!));
    }
}

/// <summary>An object.</summary>
/// <param name="FailsWith">The error code with which a request for it is answered, or <see langword="null"/>.</param>
public sealed record S3Item(byte[] Bytes, DateTimeOffset Modified, string? FailsWith);
