// A connector's past: the bars, the list of its syncs, and one of them with all that it did.

const shortList = 5;

/** What a sync has done; of one that runs here, what it has done by now. */
const progressOf = job => state.running.find(one => one.id === job.id)?.progress?.counts;
const countsOf = job => progressOf(job) ?? job.counts ?? {};
const writtenBy = job => progressOf(job) ? progressOf(job).created + progressOf(job).updated : job.indexedDocuments ?? 0;
const startOf = job => new Date(job.startedAt ?? job.createdAt);

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
      historyTable(state.showsAll ? jobs : jobs.slice(0, shortList)),
      jobs.length <= shortList ? null : make('div', { class: 'row' },
        button(state.showsAll ? `Show the last ${shortList}` : `Show the last ${jobs.length}`, null, () => { state.showsAll = !state.showsAll; drawDetail(); }, { 'aria-expanded': String(state.showsAll), 'data-key': 'all jobs' })),
    ]);
}

function historyTable(jobs) {
  return table(jobs.length === 1 ? 'The last sync' : `The last ${jobs.length} syncs, the newest first`,
    [['Sync', 'lead'], ['End', 'end'], ['Written', 'number'], ['Deleted', 'number'], ['Problems', 'number'], ['In the index', 'number']],
    jobs.map(job => [
      [
        make('button', { type: 'button', class: 'link', 'aria-pressed': String(job.id === state.shown), 'data-key': `job ${job.id}`, onclick: () => { state.shown = job.id; drawDetail(); say('The sync is shown below.'); } }, moment.format(startOf(job))),
        make('div', { class: 'quiet' }, kindOf(job)),
      ],
      [badge(job.status), job.completedAt ? make('div', { class: 'quiet' }, `took ${duration(secondsOf(job))}`) : null],
      numbers.format(writtenBy(job)), numbers.format(countsOf(job).deleted ?? job.deletedDocuments ?? 0), numbers.format(problemsOf(countsOf(job))), job.completedAt ? numbers.format(job.totalDocuments ?? 0) : '…',
    ]));
}

function jobPanel(job) {
  const counts = countsOf(job);
  const samples = job.rejections?.samples ?? [];
  const reasons = Object.entries(job.rejections?.reasons ?? {});
  return make('section', { class: 'panel', 'aria-labelledby': 'job-title' },
    make('div', { class: 'head' }, make('h3', { id: 'job-title' }, `${syncOf(job)} of `, moment.format(startOf(job))), badge(job.status)),
    make('div', { class: 'facts' },
      make('p', null, `${job.trigger === 'scheduled' ? 'By schedule' : 'On demand'} · job ${job.id}`),
      job.fallback ? make('p', null, `Done as a full sync: ${job.fallback}`) : null,
      job.gap && !job.error ? make('p', null, `A part of the source could not be read, so nothing is deleted until it can be: ${job.gap}`) : null,
      job.rewrite ? make('p', null, `Unchanged documents were written again: ${job.rewrite}`) : null),
    make('dl', { class: 'numbers' }, ['read', 'skipped', 'created', 'updated'].map(key => number(key === 'skipped' ? 'unchanged' : key, numbers.format(counts[key] ?? 0))),
      number('deleted', numbers.format(counts.deleted ?? job.deletedDocuments ?? 0)), notIndexedNumbers(counts), number('took', job.completedAt ? duration(secondsOf(job)) : '…')),
    job.error ? make('p', { class: 'error' }, job.error) : null,
    make('h4', null, 'Documents with a problem'),
    samples.length === 0 && reasons.length === 0 ? make('p', { class: 'quiet' }, 'None.') : [
      make('p', { class: 'quiet' }, reasons.map(([reason, times]) => `${reason}: ${numbers.format(times)}`).join(' · ')),
      samples.length === 0 ? null : table(`Documents with a problem, the first ${samples.length}`, [['Id', 'id'], ['Kind', 'kind'], ['Reason', 'text']], samples.map(sample => [make('code', null, breakable(sample.id)), breakable(sample.type), sample.reason])),
    ]);
}

/** A word of several parts, such as document_parsing_exception or a path, that may go on in the next line after each part. */
const breakable = word => String(word ?? '').split(/(?<=[_/])/).map((part, i) => [i > 0 ? make('wbr') : null, part]);

/** Bars, the oldest first. The table below says the same to those who can't see it. */
function chart(jobs, title, valueOf, textOf) {
  // As wide as there is room, so that its letters keep their size.
  const [width, height, bottom, left] = [Math.max(220, Math.min(680, (document.getElementById('detail').clientWidth || 640) - 40)), 150, 22, 2];
  const values = jobs.map(valueOf);
  const top = Math.max(...values, 1);
  const least = (width - left) / 30;
  const bar = least * .78;

  // Thirty bars fill the width. Fewer begin at the left; a few stand so far apart that both dates have room below the first and the last.
  const slot = jobs.length < 2 ? least : Math.max(least, (210 - left - bar) / (jobs.length - 1));
  const room = height - bottom - 18;
  const svg = makeSvg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}, ${count(jobs.length, 'sync', 'syncs')}, highest ${textOf(top)}. The table below has all numbers.` });
  svg.append(makeSvg('line', { class: 'axis', x1: 0, x2: width, y1: height - bottom + .5, y2: height - bottom + .5 }));
  svg.append(makeSvg('line', { class: 'axis', x1: 0, x2: width, y1: 17.5, y2: 17.5, 'stroke-dasharray': '2 4' }));
  svg.append(makeSvg('text', { x: 0, y: 12 }, textOf(top)));
  jobs.forEach((job, i) => {
    const tall = Math.max(values[i] / top * room, 2);
    const kind = job.status === 'error' ? 'bad' : job.status === 'completed' ? '' : 'wait';
    svg.append(makeSvg('rect', { class: `bar ${kind}`, x: left + i * slot, y: height - bottom - tall, width: bar, height: tall, rx: Math.min(2, least * .2) },
      makeSvg('title', {}, `${moment.format(startOf(job))}: ${kindOf(job)}, ${textOf(values[i])}, ${(job.status ?? 'unknown').replaceAll('_', ' ')}`)));
  });

  const [from, to] = axisLabels(startOf(jobs[0]), startOf(jobs.at(-1)));
  const end = left + (jobs.length - 1) * slot + bar;
  svg.append(makeSvg('text', { x: 0, y: height - 6 }, from));
  if (jobs.length > 1) {
    svg.append(makeSvg('text', { x: end, y: height - 6, 'text-anchor': 'end' }, to));
  }

  return svg;
}

/** What stands at both ends of the axis: dates, or the date and two times when all of it is of one day. */
function axisLabels(first, last) {
  const time = date => date.toLocaleTimeString(undefined, { timeStyle: 'short' });
  return first.toDateString() === last.toDateString()
    ? [`${first.toLocaleDateString()}, ${time(first)}`, time(last)]
    : [first.toLocaleDateString(), last.toLocaleDateString()];
}
