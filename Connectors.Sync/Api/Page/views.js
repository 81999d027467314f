// What is seen, drawn from the state. Nothing here asks the server.

const state = {
  connectors: [], isKnown: false, running: [], paces: new Map(), busy: new Set(), dryRuns: new Map(),
  chosen: null, details: null, jobs: null, shown: null, showsAll: false, measure: 'documents', paused: false,
};
const at = id => document.getElementById(id);
const nameOf = connector => connector?.name || connector?.id || 'unknown';
const connectorOf = id => state.connectors.find(one => one.id === id) ?? { id, name: id };
const runOf = id => state.running.find(job => job.connectorId === id);
const isWaiting = job => job.status === 'pending' || job.status === 'suspended';
const written = job => (job.indexedDocuments ?? 0) + (job.deletedDocuments ?? 0);
const phases = { waiting: 'waiting', preparing: 'preparing', snapshot: 'reading the index', pages: 'reading and writing', deletes: 'deleting', finishing: 'finishing', ended: 'ending' };

function drawRunning() {
  at('running').hidden = state.running.length === 0;
  refill(at('running-list'), state.running.map(job => {
    const name = nameOf(connectorOf(job.connectorId));
    const { counts, phase, estimatedDocuments: all, isEstimateGuess: isGuess, resumedAfter } = job.progress ?? { counts: job.counts ?? {} };
    const about = isGuess ? 'about ' : '';
    const rate = state.paces.get(job.id)?.rate;
    const left = rate > 0 && all > counts.read && phase === 'pages' ? (all - counts.read) / rate : null;
    const canCancel = job.status !== 'canceling' && !state.busy.has(job.id);
    return make('li', { class: 'card' },
      make('div', { class: 'head' }, make('h3', null, name), badge(job.status)),
      isWaiting(job)
        ? make('div', { class: 'facts' }, make('p', null, syncOf(job), ' · asked for ', ago(job.createdAt)), make('p', null, waitingFor(job)))
        : [
          make('progress', all > 0 ? { 'aria-label': `Progress of ${name}`, max: all, value: Math.min(counts.read ?? 0, all) } : { 'aria-label': `Progress of ${name}, whose end is not known` }),
          make('dl', { class: 'numbers' },
            number('read', all ? `${numbers.format(counts.read ?? 0)} of ${about}${numbers.format(all)}` : numbers.format(counts.read ?? 0)),
            number('unchanged', numbers.format(counts.skipped ?? 0)),
            number('written', numbers.format((counts.created ?? 0) + (counts.updated ?? 0))),
            number('deleted', numbers.format(counts.deleted ?? job.deletedDocuments ?? 0)),
            notIndexedNumbers(counts),
            number('rate', rate === undefined ? '…' : `${numbers.format(Math.round(rate))}/s`),
            left === null ? null : number('left', `${about}${duration(left)}`)),
          make('div', { class: 'facts' }, make('p', null, `${syncOf(job)} · ${phases[phase] ?? 'working'} · started `, ago(job.startedAt)),
            isHeld(job) ? make('p', null, ...heldBy(job)) : null,
            job.silence ? make('p', { class: 'error' }, `It was ${job.silence}.`) : null,
            resumedAfter > 0 ? make('p', null, `Goes on after ${count(resumedAfter, 'document', 'documents')} that an earlier run had read.`) : null,
            isGuess ? make('p', null, 'The source does not tell how many there are: “about” is what the index held.') : null),
        ],
      make('div', { class: 'row' }, button('Cancel', `Cancel the sync of ${name}`, () => askToCancel(job, name), { class: 'danger', disabled: !canCancel, 'data-key': `cancel ${job.id}` })));
  }));
}

/** Documents that are not in the index as they are in the source, by a rule or by a problem: one number for each kind, where there are any. */
const problemKinds = [['rejected', 'rejected'], ['unreadable', 'unreadable'], ['without_text', 'without text']];
const problemsOf = counts => problemKinds.reduce((sum, [key]) => sum + (counts?.[key] ?? 0), 0);
const notIndexedNumbers = counts => [['excluded', 'left out by rules'], ...problemKinds].filter(([key]) => counts?.[key] > 0).map(([key, title]) => number(title, numbers.format(counts[key])));

const isHeld = job => new Date(job.waitsLimit ?? job.waitsUntil ?? 0) > Date.now();

/** Why a source is waited for, when it is asked again, and how long that goes on. */
function heldBy(job) {
  const again = new Date(job.waitsUntil) > Date.now() ? ['it is asked again ', ago(job.waitsUntil)] : ['it is asked again now'];
  return ['Waits for the source: ', job.waitsReason ? `${job.waitsReason}; ` : null, ...again,
    job.waitsLimit ? [', until ', new Date(job.waitsLimit).toLocaleTimeString(undefined, { timeStyle: 'short' })] : null, '.'];
}

const waitingFor = job => `${job.status === 'suspended' ? 'It was stopped with its progress kept. ' : ''}It waits for ${job.waitsFor ?? 'a service to take it'}.`;

function number(title, value) {
  return make('div', null, make('dt', null, title), make('dd', null, value));
}

function drawList() {
  at('none').hidden = !state.isKnown || state.connectors.length > 0;
  at('count').textContent = state.connectors.length > 0 ? `(${numbers.format(state.connectors.length)})` : '';
  document.querySelector('.columns').classList.toggle('split', state.chosen !== null);
  refill(at('list'), state.connectors.map(connector => make('li', { class: `card ${connector.id === state.chosen ? 'chosen' : ''}` },
    make('div', { class: 'head' }, make('h3', null, nameOf(connector)), badge(connector.status)),
    make('div', { class: 'facts' },
      make('p', null, `${connector.serviceType ?? 'no source'} → ${connector.indexName ?? 'no index'}`),
      make('p', null, connector.schedule?.enabled ? `Schedule: ${cron(connector.schedule)}` : 'No schedule for full syncs'),
      make('p', null, lastSyncOf(connector)),
      connector.isServed !== false ? null : make('p', null, connector.isServedElsewhere ? 'Served by another service.' : notServed)),
    faultsOf(connector).map(fault => make('p', { class: 'error' }, fault)),
    connector.schedule?.problem ? make('p', { class: 'error' }, connector.schedule.problem) : null,
    isIncomplete(connector) ? incompleteNotice(connector) : null,
    make('div', { class: 'row' }, actionsOf(connector)))));
}

const notServed = 'No service serves it: neither its id nor its service type is in a configuration.';
const isIncomplete = connector => connector.configurationProblems?.length > 0;

function lastSyncOf(connector) {
  const run = runOf(connector.id);
  return run === undefined
    ? ['Last sync ', ago(connector.lastSynced), connector.lastSyncStatus ? `, ${connector.lastSyncStatus.replaceAll('_', ' ')}` : '']
    : `${syncOf(run)} ${isWaiting(run) ? 'waits' : 'runs'}`;
}

// The connector's error is that of the sync that ended last, or its own: of a sync it says of which.
function faultsOf(connector) {
  const failed = [['sync', connector.lastSyncError], ['access control sync', connector.lastAccessControlSyncError]]
    .filter(([, error]) => error && (error === connector.error || runOf(connector.id) === undefined));
  const own = connector.error && failed.every(([, error]) => error !== connector.error) ? [connector.error] : [];
  return [...own, ...failed.map(([kind, error]) => `The last ${kind} failed: ${error}`)];
}

function incompleteNotice(connector) {
  return make('div', { class: 'needs' },
    make('p', null, 'Before it can be synced:'),
    make('ul', null, connector.configurationProblems.map(({ field, problem }) => make('li', null, make('code', null, field), ': ', problem))),
    make('p', null, 'Set them in Kibana, or with ', make('code', null, `elastic-ingest connector edit ${connector.id} --set ${connector.configurationProblems[0].field}=VALUE`), '.'));
}

// A sync that nobody would take is not offered; a dry run is done by this service or not at all.
function actionsOf(connector) {
  const name = nameOf(connector);
  const isRunning = runOf(connector.id) !== undefined;
  const isTrying = isDryRunning(connector.id);
  const isHeld = state.busy.has(connector.id) || isIncomplete(connector);
  const isServed = connector.isServed !== false;
  return [
    isServed || connector.isServedElsewhere ? button(!isRunning ? 'Sync now' : isWaiting(runOf(connector.id)) ? 'Waiting' : 'Syncing', `Sync ${name} now`, () => startSync(connector), { class: 'primary', disabled: isRunning || isHeld, 'data-key': `sync ${connector.id}` }) : null,
    isServed ? button(isTrying ? 'Trying' : 'Dry run', `Dry run of ${name}`, () => startDryRun(connector), { disabled: isTrying || isHeld, 'data-key': `try ${connector.id}` }) : null,
    button('Details', `Details of ${name}`, () => choose(connector.id === state.chosen ? null : connector.id), { 'aria-expanded': String(connector.id === state.chosen), 'aria-controls': 'detail', 'data-key': `show ${connector.id}` }),
  ];
}

const isDryRunning = id => state.dryRuns.has(id) && !isOver(state.dryRuns.get(id).status);
const cron = schedule => `${schedule.interval} (UTC)`;

/** All schedules that are on; of those that are not for full syncs it is said for which. */
const schedulesOf = connector => Object.entries(connector.schedules ?? { full: connector.schedule }).filter(([, one]) => one?.enabled)
  .map(([kind, one]) => kind === 'full' ? cron(one) : `${kind.replaceAll('_', ' ')} ${cron(one)}`).join(' · ') || 'none';
const nextOf = connector => (connector.schedules?.full?.next ?? []).map(time => moment.format(new Date(time)).replaceAll(' ', '\u00a0')).join(' · ');

const isGone = id => state.isKnown && !state.connectors.some(connector => connector.id === id);

function drawDetail() {
  const detail = at('detail');
  detail.hidden = state.chosen === null;
  if (state.chosen === null) {
    detail.replaceChildren();
    return;
  }

  const connector = state.details ?? connectorOf(state.chosen);
  const jobs = (state.jobs ?? []).slice(0, 30);
  refill(detail,
    make('div', { class: 'head' },
      make('h2', { id: 'detail-title', tabindex: '-1' }, nameOf(connector)),
      button('Close', `Close the details of ${nameOf(connector)}`, () => choose(null), { 'data-key': 'close' })),
    isGone(state.chosen) ? make('p', { class: 'panel quiet' }, 'There is no such connector. It may have been deleted.') : make('div', { class: 'cards' },
      state.dryRuns.has(state.chosen) ? dryRunPanel(state.dryRuns.get(state.chosen)) : null,
      historyPanel(jobs),
      jobs.length > 0 ? jobPanel(jobs.find(job => job.id === state.shown) ?? jobs[0]) : null,
      settingsPanel(connector)));
}

function dryRunPanel(run) {
  const counts = run.counts ?? {};
  const list = (sign, all, ids) => [
    ...(ids ?? []).map(id => make('li', { title: id }, `${sign} ${run.preview.names?.[id] ?? id}`)),
    all > (ids?.length ?? 0) ? make('li', null, `${sign} … and ${numbers.format(all - (ids?.length ?? 0))} more`) : null,
  ];
  const ids = [...list('+', counts.created, run.preview?.added), ...list('~', counts.updated, run.preview?.updated), ...list('-', counts.deleted, run.preview?.deleted)].filter(one => one);
  return make('section', { class: 'panel', 'aria-labelledby': 'try-title' },
    make('div', { class: 'head' }, make('h3', { id: 'try-title' }, 'What a full sync would change'), badge(run.status)),
    make('p', { class: 'quiet' }, !isOver(run.status)
      ? `Reading the source; nothing is written. ${run.progress ? `${count(run.progress.counts.read, 'document', 'documents')} read so far.` : ''}`
      : run.preview
        ? `A full sync would add ${numbers.format(counts.created)}, update ${numbers.format(counts.updated)} and delete ${numbers.format(counts.deleted)}${run.error && counts.deleted > 0 ? ', which would be held back' : ''}; ${count(counts.skipped, 'document is', 'documents are')} unchanged. Nothing was written.`
        : 'It did not come to an end. Nothing was written.'),
    run.error ? make('p', { class: 'error' }, run.error) : null,
    ids.length > 0 ? make('details', { 'data-key': 'ids' }, make('summary', { 'data-key': 'ids summary' }, 'Which documents: + added, ~ updated, - deleted'), make('ul', { class: 'ids' }, ids)) : null,
    isOver(run.status) ? null : make('div', { class: 'row' }, button('Stop', 'Stop the dry run', () => cancel(run.id), { 'data-key': 'stop try' })));
}

const textOf = value => Array.isArray(value) && value.every(one => typeof one !== 'object') ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);

function settingsPanel(connector) {
  const values = Object.entries(connector.configuration ?? {});
  return make('section', { class: 'panel', 'aria-labelledby': 'settings-title' },
    make('h3', { id: 'settings-title' }, 'Settings'),
    make('dl', { class: 'settings' },
      [['Id', connector.id], ['Source', connector.serviceType], ['Index', connector.indexName], ['Pipeline', connector.pipeline], ['Schedule', schedulesOf(connector)], ['Next syncs', nextOf(connector)], ...values]
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([key, value]) => [make('dt', null, key), make('dd', null, textOf(value))])),
    make('p', { class: 'legend' }, 'Secrets are not shown.'));
}
