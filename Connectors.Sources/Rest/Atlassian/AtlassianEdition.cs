namespace Connectors.Sources.Rest.Atlassian;

/// <summary>Which of the three forms of a product is asked.</summary>
internal enum AtlassianEdition
{
    /// <summary>Run by Atlassian.</summary>
    Cloud,

    /// <summary>Run by the user, in the older form.</summary>
    Server,

    /// <summary>Run by the user.</summary>
    DataCenter,
}
