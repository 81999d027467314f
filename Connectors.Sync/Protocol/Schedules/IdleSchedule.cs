using Connectors.Abstractions;

namespace Connectors.Sync.Protocol.Schedules;

/// <summary>Schedules that the service takes no notice of, because the source can't do what they ask for.</summary>
internal static class IdleSchedule
{
    /// <summary>Why a schedule of this type makes no sync; <see langword="null"/> when it does.</summary>
    /// <param name="source">The connector's source.</param>
    /// <param name="type">What the schedule is for.</param>
    /// <param name="hasAccessControl">Whether document level security is on.</param>
    public static string? Problem(SourceDescription source, JobType type, bool hasAccessControl) =>
        type switch
        {
            JobType.Incremental when !source.HasChangeFeed => $"{source.Name} can't tell what changed. Schedule full syncs.",
            JobType.AccessControl when !source.HasAccessControl => $"{source.Name} does not tell who may see what.",
            JobType.AccessControl when !hasAccessControl => $"{AccessControl.Switch.Name} is off.",
            _ => null,
        };
}
