namespace Connectors.Sources.Databases.Sql.Tables;

/// <summary>What a column's text, as the server gives it, becomes in a body.</summary>
internal enum SqlValueKind
{
    /// <summary>Text as it is.</summary>
    Text,

    /// <summary>A whole number that fits 64 bits.</summary>
    Integer,

    /// <summary>A number of any size, with all its digits and always with a fraction.</summary>
    Decimal,

    /// <summary>A binary floating-point number, always with a fraction or an exponent.</summary>
    Float,

    /// <summary>A floating-point number of 32 bits: the shortest text that reads back to it, however many digits the server
    /// sends.</summary>
    Single,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A date.</summary>
    Date,

    /// <summary>A date and a time of a zone that nobody knows.</summary>
    Timestamp,

    /// <summary>A date and a time in UTC.</summary>
    TimestampUtc,

    /// <summary>Hexadecimal digits, perhaps after <c>\x</c>; written as Base64.</summary>
    Binary,

    /// <summary>JSON, put into the body as such.</summary>
    Json,

    /// <summary>A JSON array of texts, perhaps nested, each of which is converted as the column's element.</summary>
    List,

    /// <summary>Texts divided by commas; written as an array.</summary>
    Set,
}
