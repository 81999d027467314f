// What is seen, drawn from the state. Nothing here asks the server.

const state = {
  connectors: [], isKnown: false, running: [], paces: new Map(), busy: new Set(), dryRuns: new Map(),
  chosen: null, details: null, jobs: null, shown: null, measure: 'documents', paused: false,
};
const at = id => document.getElementById(id);
const nameOf = connector => connector?.name || connector?.id || 'unknown';
const connectorOf = id => state.connectors.find(one => one.id === id) ?? { id, name: id };
const runOf = id => state.running.find(job => job.connectorId === id);
const written = job => (job.indexedDocuments ?? 0) + (job.deletedDocuments ?? 0);
const phases = { waiting: 'waiting', preparing: 'preparing', snapshot: 'reading the index', pages: 'reading and writing', deletes: 'deleting', finishing: 'finishing', ended: 'ending' };

function drawRunning() {
  at('running').hidden = state.running.length === 0;
  refill(at('running-list'), state.running.map(job => {
    const name = nameOf(connectorOf(job.connectorId));
    const { counts, phase, estimatedDocuments: all } = job.progress ?? { counts: job.counts ?? {} };
    const rate = state.paces.get(job.id)?.rate;
    const left = rate > 0 && all > counts.read && phase === 'pages' ? (all - counts.read) / rate : null;
    const canCancel = job.status !== 'canceling' && !state.busy.has(job.id);
    return make('li', { class: 'card' },
      make('div', { class: 'head' }, make('h3', null, name), badge(job.status)),
      job.status === 'pending' || job.status === 'suspended'
        ? make('div', { class: 'facts' }, make('p', null, 'Waits for a service to take it.'))
        : [
          make('progress', all > 0 ? { 'aria-label': `Progress of ${name}`, max: all, value: Math.min(counts.read ?? 0, all) } : { 'aria-label': `Progress of ${name}, whose end is not known` }),
          make('dl', { class: 'numbers' },
            number('read', all ? `${numbers.format(counts.read ?? 0)} of ${numbers.format(all)}` : numbers.format(counts.read ?? 0)),
            number('unchanged', numbers.format(counts.skipped ?? 0)),
            number('written', numbers.format((counts.created ?? 0) + (counts.updated ?? 0))),
            number('deleted', numbers.format(counts.deleted ?? job.deletedDocuments ?? 0)),
            counts.rejected > 0 ? number('rejected', numbers.format(counts.rejected)) : null,
            number('rate', rate === undefined ? '…' : `${numbers.format(Math.round(rate))}/s`),
            left === null ? null : number('left', duration(left))),
          make('div', { class: 'facts' }, make('p', null, `${phases[phase] ?? 'working'} · started `, ago(job.startedAt))),
        ],
      make('div', { class: 'row' }, button('Cancel', `Cancel the sync of ${name}`, () => askToCancel(job, name), { class: 'danger', disabled: !canCancel, 'data-key': `cancel ${job.id}` })));
  }));
}

function number(title, value) {
  return make('div', null, make('dt', null, title), make('dd', null, value));
}

function drawList() {
  at('none').hidden = !state.isKnown || state.connectors.length > 0;
  at('count').textContent = state.connectors.length > 0 ? `(${numbers.format(state.connectors.length)})` : '';
  document.querySelector('.columns').classList.toggle('split', state.chosen !== null);
  refill(at('list'), state.connectors.map(connector => {
    const name = nameOf(connector);
    const isRunning = runOf(connector.id) !== undefined;
    const isTrying = isDryRunning(connector.id);
    return make('li', { class: `card ${connector.id === state.chosen ? 'chosen' : ''}` },
      make('div', { class: 'head' }, make('h3', null, name), badge(connector.status)),
      make('div', { class: 'facts' },
        make('p', null, `${connector.serviceType ?? 'no source'} → ${connector.indexName ?? 'no index'}`),
        make('p', null, `Schedule: ${scheduleOf(connector)}`),
        connector.isServed === false ? make('p', null, 'Not served by this service') : null,
        make('p', null, isRunning ? 'Syncing now' : ['Last sync ', ago(connector.lastSynced), connector.lastSyncStatus ? `, ${connector.lastSyncStatus.replaceAll('_', ' ')}` : ''])),
      connector.error ? make('p', { class: 'error' }, connector.error) : null,
      connector.schedule?.problem ? make('p', { class: 'error' }, connector.schedule.problem) : null,
      make('div', { class: 'row' },
        button(isRunning ? 'Syncing' : 'Sync now', `Sync ${name} now`, () => startSync(connector), { class: 'primary', disabled: isRunning || connector.isServed === false || state.busy.has(connector.id), 'data-key': `sync ${connector.id}` }),
        button(isTrying ? 'Trying' : 'Dry run', `Dry run of ${name}`, () => startDryRun(connector), { disabled: isTrying || connector.isServed === false || state.busy.has(connector.id), 'data-key': `try ${connector.id}` }),
        button('Details', `Details of ${name}`, () => choose(connector.id === state.chosen ? null : connector.id), { 'aria-expanded': String(connector.id === state.chosen), 'aria-controls': 'detail', 'data-key': `show ${connector.id}` })));
  }));
}

const isDryRunning = id => state.dryRuns.has(id) && !isOver(state.dryRuns.get(id).status);
const scheduleOf = connector => connector.schedule?.enabled ? `${connector.schedule.interval} (UTC)` : 'none';
const nextOf = connector => (connector.schedules?.full?.next ?? []).map(time => new Date(time).toLocaleString()).join(', ');

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
    make('div', { class: 'cards' },
      state.dryRuns.has(state.chosen) ? dryRunPanel(state.dryRuns.get(state.chosen)) : null,
      historyPanel(jobs),
      jobs.length > 0 ? jobPanel(jobs.find(job => job.id === state.shown) ?? jobs[0]) : null,
      settingsPanel(connector)));
}

function historyPanel(jobs) {
  const isTime = state.measure === 'duration';
  const measures = [['documents', 'Documents'], ['duration', 'Duration']];
  return make('section', { class: 'panel', 'aria-labelledby': 'history-title' },
    make('div', { class: 'head' },
      make('h3', { id: 'history-title' }, 'History'),
      jobs.length === 0 ? null : make('div', { class: 'row', role: 'group', 'aria-label': 'What the bars show' },
        measures.map(([key, text]) => button(text, null, () => { state.measure = key; drawDetail(); }, { 'aria-pressed': String(state.measure === key), 'data-key': `measure ${key}` })))),
    state.jobs === null ? make('p', { class: 'quiet' }, 'Asking…') : jobs.length === 0 ? make('p', { class: 'quiet' }, 'No sync yet.') : [
      isTime ? chart(jobs.toReversed(), 'Duration', secondsOf, duration) : chart(jobs.toReversed(), 'Documents written and deleted', written, value => numbers.format(Math.round(value))),
      make('p', { class: 'legend' }, isTime ? 'How long each sync took; failed ones in red.' : 'Documents written and deleted by each sync; failed ones in red.'),
      make('details', { 'data-key': 'jobs' },
        make('summary', { 'data-key': 'jobs summary' }, `The last ${jobs.length} as a table`),
        table('jobs table', `The last ${jobs.length} syncs, the newest first`,
          [['Started', ''], ['Status', ''], ['Duration', 'number'], ['Written', 'number'], ['Deleted', 'number'], ['Rejected', 'number'], ['In the index', 'number']],
          jobs.map(job => [
            make('button', { type: 'button', class: 'link', 'aria-pressed': String(job.id === state.shown), 'data-key': `job ${job.id}`, onclick: () => { state.shown = job.id; drawDetail(); say('The sync is shown below.'); } }, moment.format(new Date(job.startedAt ?? job.createdAt))),
            badge(job.status), job.completedAt ? duration(secondsOf(job)) : '', numbers.format(job.indexedDocuments ?? 0), numbers.format(job.deletedDocuments ?? 0),
            numbers.format(job.counts?.rejected ?? 0), numbers.format(job.totalDocuments ?? 0),
          ]))),
    ]);
}

function jobPanel(job) {
  const counts = job.counts ?? {};
  const samples = job.rejections?.samples ?? [];
  const reasons = Object.entries(job.rejections?.reasons ?? {});
  return make('section', { class: 'panel', 'aria-labelledby': 'job-title' },
    make('div', { class: 'head' }, make('h3', { id: 'job-title' }, 'Sync of ', moment.format(new Date(job.startedAt ?? job.createdAt))), badge(job.status)),
    make('div', { class: 'facts' }, make('p', null, `${job.trigger === 'scheduled' ? 'By schedule' : 'On demand'} · job ${job.id}`)),
    make('dl', { class: 'numbers' }, ['read', 'skipped', 'created', 'updated'].map(key => number(key === 'skipped' ? 'unchanged' : key, numbers.format(counts[key] ?? 0))),
      number('deleted', numbers.format(job.deletedDocuments ?? 0)), number('took', job.completedAt ? duration(secondsOf(job)) : '…')),
    job.error ? make('p', { class: 'error' }, job.error) : null,
    make('h4', null, 'Rejected documents'),
    samples.length === 0 && reasons.length === 0 ? make('p', { class: 'quiet' }, 'None.') : [
      make('p', { class: 'quiet' }, reasons.map(([reason, times]) => `${reason}: ${numbers.format(times)}`).join(' · ')),
      table('rejected', `Rejected documents, the first ${samples.length}`, [['Id', 'id'], ['Kind', ''], ['Reason', 'text']], samples.map(sample => [make('code', null, sample.id), sample.type, sample.reason])),
    ]);
}

function dryRunPanel(run) {
  const counts = run.counts ?? {};
  const list = (sign, all, ids) => [
    ...(ids ?? []).map(id => make('li', null, `${sign} ${id}`)),
    all > (ids?.length ?? 0) ? make('li', null, `${sign} … and ${numbers.format(all - (ids?.length ?? 0))} more`) : null,
  ];
  const ids = [...list('+', counts.created, run.preview?.added), ...list('~', counts.updated, run.preview?.updated), ...list('-', counts.deleted, run.preview?.deleted)].filter(one => one);
  return make('section', { class: 'panel', 'aria-labelledby': 'try-title' },
    make('div', { class: 'head' }, make('h3', { id: 'try-title' }, 'What a sync would change'), badge(run.status)),
    make('p', { class: 'quiet' }, !isOver(run.status)
      ? `Reading the source; nothing is written. ${run.progress ? `${numbers.format(run.progress.counts.read)} documents read so far.` : ''}`
      : run.status === 'completed'
        ? `A sync would add ${numbers.format(counts.created)}, update ${numbers.format(counts.updated)} and delete ${run.error && counts.deleted === 0 ? 'none, because deletes are held back' : numbers.format(counts.deleted)}; ${count(counts.skipped, 'document is', 'documents are')} unchanged. Nothing was written.`
        : 'It did not come to an end. Nothing was written.'),
    run.error ? make('p', { class: 'error' }, run.error) : null,
    ids.length > 0 ? make('details', { 'data-key': 'ids' }, make('summary', { 'data-key': 'ids summary' }, 'Which documents: + added, ~ updated, - deleted'), make('ul', { class: 'ids' }, ids)) : null,
    isOver(run.status) ? null : make('div', { class: 'row' }, button('Stop', 'Stop the dry run', () => cancel(run.id), { 'data-key': 'stop try' })));
}

function settingsPanel(connector) {
  const values = Object.entries(connector.configuration ?? {});
  return make('section', { class: 'panel', 'aria-labelledby': 'settings-title' },
    make('h3', { id: 'settings-title' }, 'Settings'),
    make('dl', { class: 'settings' },
      [['Id', connector.id], ['Source', connector.serviceType], ['Index', connector.indexName], ['Pipeline', connector.pipeline], ['Schedule', scheduleOf(connector)], ['Next syncs', nextOf(connector)], ...values]
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([key, value]) => [make('dt', null, key), make('dd', null, typeof value === 'object' ? JSON.stringify(value) : String(value))])),
    make('p', { class: 'legend' }, 'Secrets are not shown.'));
}
