// Asks the server, gently: what runs every two seconds, everything else every ten, nothing while nobody looks.

const every = 2000;
const keyName = 'functions-key';
let ticks = 0;
let timer;
let failures = 0;
let complaint = '';
let saidAt = 0;

class Problem extends Error {}

async function ask(path, options) {
  const key = sessionStorage.getItem(keyName);
  const response = await fetch(path, {
    ...options, cache: 'no-store', credentials: 'same-origin', redirect: 'error', signal: AbortSignal.timeout(30000),
    headers: { accept: 'application/json', ...(key ? { 'x-functions-key': key } : {}), ...(options?.body ? { 'content-type': 'application/json' } : {}) },
  });
  if (response.status === 401 || response.status === 403) {
    const wasWrong = sessionStorage.getItem(keyName) !== null;
    sessionStorage.removeItem(keyName);
    const body = await response.json().catch(() => null);
    askForKey(wasWrong);
    throw new Problem(body?.detail ?? 'A function key is needed.');
  }

  const body = await response.json().catch(() => null);
  if (!response.ok || body === null) {
    throw new Problem(body?.detail ?? `The server answered with status ${response.status}.`);
  }

  return body;
}

function askForKey(wasWrong) {
  if (at('key').hidden) {
    at('key').hidden = false;
    at('key-value').focus();
  }

  at('key-help').textContent = wasWrong
    ? 'That key was refused. A function key or a host key of this app is right.'
    : 'This app asks for a key. It is kept in this tab until you close it, and is sent to this app only.';
}

function say(text) {
  at('spoken').textContent = text;
}

function complain(error) {
  const text = error instanceof Problem ? error.message : error?.name === 'TimeoutError' ? 'The server did not answer within 30 seconds.' : 'The server can\'t be reached.';
  at('notice').replaceChildren(make('p', { class: 'notice error' }, make('span', null, text), button('Dismiss', 'Dismiss the message', () => at('notice').replaceChildren())));
}

async function refreshRunning() {
  const { syncs } = await ask('syncs?status=unfinished');
  const before = state.running;

  // Live numbers are in the single answers; of many jobs, the first ones have to do.
  state.running = await Promise.all(syncs.map((job, i) => i < 8 && job.status === 'in_progress' ? ask(`syncs/${encodeURIComponent(job.id)}`).catch(() => job) : job));
  state.running = state.running.filter(job => !isOver(job.status));
  for (const job of state.running) {
    measure(job);
  }

  const ended = before.filter(job => !state.running.some(one => one.id === job.id));
  const begun = state.running.filter(job => !before.some(one => one.id === job.id));
  for (const job of ended) {
    state.paces.delete(job.id);
  }

  const news = [...begun.map(job => `The sync of ${nameOf(connectorOf(job.connectorId))} is ${job.status.replaceAll('_', ' ')}.`), ...ended.map(job => `The sync of ${nameOf(connectorOf(job.connectorId))} has ended.`)];
  if (news.length > 0) {
    say(news.join(' '));
  } else if (state.running.length > 0 && Date.now() - saidAt > 30000) {
    saidAt = Date.now();
    say(state.running.filter(job => job.progress).map(job => `${nameOf(connectorOf(job.connectorId))}: ${count(job.progress.counts.read, 'document', 'documents')} read.`).join(' '));
  }

  return ended.length + begun.length > 0;
}

function measure(job) {
  const read = job.progress?.counts.read;
  const known = state.paces.get(job.id);
  const now = performance.now();
  if (read === undefined || job.progress.phase !== 'pages') {
    state.paces.delete(job.id);
  } else if (known === undefined || read < known.read) {
    state.paces.set(job.id, { read, now });
  } else if (now - known.now > 900) {
    const rate = (read - known.read) / (now - known.now) * 1000;
    state.paces.set(job.id, { read, now, rate: known.rate === undefined ? rate : known.rate * .6 + rate * .4 });
  }
}

async function refreshConnectors() {
  state.connectors = (await ask('connectors')).connectors.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  state.isKnown = true;
}

async function refreshDetail() {
  const id = state.chosen;
  if (id !== null && !isGone(id)) {
    const [details, { syncs }] = await Promise.all([ask(`connectors/${encodeURIComponent(id)}`), ask(`syncs?connector=${encodeURIComponent(id)}`)]);
    if (id === state.chosen) {
      [state.details, state.jobs] = [details, syncs];
    }
  }
}

async function refreshDryRuns() {
  for (const [id, run] of state.dryRuns) {
    if (!isOver(run.status)) {
      state.dryRuns.set(id, { ...await ask(`syncs/${encodeURIComponent(run.id)}`).catch(error => ({ status: 'lost', error: error.message })), id: run.id });
      if (isOver(state.dryRuns.get(id).status)) {
        say(`The dry run of ${nameOf(connectorOf(id))} has ended.`);
      }
    }
  }
}

async function refresh(everything) {
  try {
    if (everything || state.connectors.length === 0) {
      await refreshConnectors();
    }

    if (await refreshRunning() && !everything) {
      await refreshConnectors();
      await refreshDetail();
    } else if (everything) {
      await refreshDetail();
    }

    await refreshDryRuns();
    at('key').hidden = true;
    if (failures > 0) {
      at('notice').replaceChildren();
    }

    [failures, complaint] = [0, ''];
    at('freshness').textContent = `Updated ${new Date().toLocaleTimeString()}`;
  } catch (error) {
    failures++;
    at('freshness').textContent = 'Not up to date';
    // Each trouble is told once: who dismissed it knows it.
    if (at('key').hidden && error.message !== complaint) {
      complaint = error.message;
      complain(error);
    }
  }

  drawRunning();
  drawList();
  drawDetail();
}

function next() {
  clearTimeout(timer);
  if (!state.paused && !document.hidden && at('key').hidden) {
    // A server in trouble is asked less and less.
    timer = setTimeout(async () => { await refresh(ticks++ % 5 === 4); next(); }, Math.min(every * 2 ** Math.min(failures, 4), 30000));
  }
}

async function refreshNow() {
  clearTimeout(timer);
  await refresh(true);
  next();
}

async function act(key, work) {
  state.busy.add(key);
  drawList();
  drawRunning();
  try {
    await work();
  } catch (error) {
    complain(error);
  }

  state.busy.delete(key);
  await refreshNow();
}

const startSync = connector => act(connector.id, async () => {
  await ask(`connectors/${encodeURIComponent(connector.id)}/syncs`, { method: 'POST', body: '{}' });
  state.shown = null;
  say(`A sync of ${nameOf(connector)} was asked for.`);
});

const startDryRun = connector => act(connector.id, async () => {
  const run = await ask(`connectors/${encodeURIComponent(connector.id)}/syncs`, { method: 'POST', body: '{"dryRun":true}' });
  state.dryRuns.set(connector.id, run);
  say(`A dry run of ${nameOf(connector)} has begun.`);
  if (state.chosen !== connector.id) {
    choose(connector.id);
  }
});

const cancel = id => act(id, async () => {
  await ask(`syncs/${encodeURIComponent(id)}/cancel`, { method: 'POST', body: '{}' });
  say('It will be cancelled.');
});

function askToCancel(job, name) {
  at('ask-text').textContent = `The sync of ${name} stops after the page it is at. What it has written stays; nothing more is deleted.`;
  at('ask-yes').onclick = () => { at('ask').close(); cancel(job.id); };
  at('ask').showModal();
}

async function choose(id) {
  const before = state.chosen;
  [state.chosen, state.details, state.jobs, state.shown, state.showsAll] = [id, null, null, null, false];
  history.replaceState(null, '', id === null ? location.pathname : `#${encodeURIComponent(id)}`);
  drawList();
  drawDetail();
  if (id !== null) {
    at('detail-title').focus();
    at('detail').scrollIntoView({ block: 'nearest' });
    await refreshDetail().catch(complain);
    drawDetail();
  } else {
    [...document.querySelectorAll('[data-key]')].find(one => one.dataset.key === `show ${before}`)?.focus();
  }
}

at('ask-no').addEventListener('click', () => at('ask').close());
at('pause').addEventListener('click', () => {
  state.paused = !state.paused;
  at('pause').setAttribute('aria-pressed', String(state.paused));
  at('freshness').textContent = state.paused ? 'Paused' : 'Asking…';
  if (state.paused) {
    clearTimeout(timer);
  } else {
    refreshNow();
  }
});
at('key').addEventListener('submit', event => {
  event.preventDefault();
  sessionStorage.setItem(keyName, at('key-value').value.trim());
  at('key-value').value = '';
  at('key').hidden = true;
  at('notice').replaceChildren();
  failures = 0;
  refreshNow();
});
document.addEventListener('visibilitychange', () => { if (!document.hidden && !state.paused) { refreshNow(); } });

if (location.hash.length > 1 && location.hash !== '#connectors') {
  try {
    state.chosen = decodeURIComponent(location.hash.slice(1));
  } catch {
    // Somebody wrote it by hand.
  }
}

refreshNow();
