namespace Connectors.Sync.Protocol.Jobs;

/// <summary>Who takes jobs.</summary>
/// <param name="Hostname">Written as <c>worker_hostname</c>.</param>
/// <param name="Id">Tells our workers apart: no two that live at the same time have the same one, and a worker that is started again in the
/// place of one that died has its id, which makes the dead one's jobs its own. <see langword="null"/> for a worker that never takes up what
/// another left.</param>
internal sealed record JobWorker(string Hostname, string? Id = null);
