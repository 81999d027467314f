namespace Connectors.Sources.Databases.MongoDB.Bson;

/// <summary>What becomes of dates, most of all those outside the years 1 to 9999, which ISO 8601 can't write. Field
/// <c>datetime_conversion</c>.</summary>
internal enum DateConversion
{
    /// <summary>ISO 8601 text; dates out of range become the first or last moment that can be written.</summary>
    Clamp,

    /// <summary>ISO 8601 text; dates out of range become a number, milliseconds since 1970.</summary>
    MillisecondsWhenOutOfRange,

    /// <summary>Every date is a number, milliseconds since 1970.</summary>
    Milliseconds,
}
