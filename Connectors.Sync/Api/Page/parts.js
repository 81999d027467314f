// What the page is drawn with. Everything that comes from outside becomes text, never markup.

const numbers = new Intl.NumberFormat('en');
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** Makes an element: attributes, "on..." listeners, and children, which are elements or text. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? '' : String(value));
    }
  }

  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== ''));
  return element;
}

function makeSvg(name, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, String(value));
  }

  element.append(...children);
  return element;
}

/** A time as "5 minutes ago", exact in its tooltip. */
function ago(text) {
  if (!text) {
    return 'never';
  }

  const time = new Date(text);
  const seconds = (time - Date.now()) / 1000;
  const [unit, size] = [['second', 1], ['minute', 60], ['hour', 3600], ['day', 86400]].findLast(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return make('time', { datetime: time.toISOString(), title: time.toLocaleString() }, Math.abs(seconds) < 5 ? 'just now' : relative.format(Math.round(seconds / size), unit));
}

function duration(seconds) {
  const whole = Math.round(seconds);
  return seconds < 10 ? `${Math.max(seconds, 0).toFixed(1)} s`
    : whole < 60 ? `${whole} s`
    : whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}

const secondsOf = job => job.secondsWorked ? job.secondsWorked : job.startedAt && job.completedAt ? Math.max((new Date(job.completedAt) - new Date(job.startedAt)) / 1000, 0) : 0;
const isOver = status => ['completed', 'error', 'canceled', 'lost'].includes(status);
const count = (number, one, many) => `${numbers.format(number)} ${number === 1 ? one : many}`;

const kinds = { connected: 'good', completed: 'good', error: 'bad', lost: 'bad', needs_configuration: 'wait', canceling: 'wait', canceled: 'wait', suspended: 'wait', pending: 'wait' };

function badge(status) {
  return make('span', { class: `badge ${kinds[status] ?? ''}` }, (status ?? 'unknown').replaceAll('_', ' '));
}

function button(text, label, action, more) {
  return make('button', { type: 'button', 'aria-label': label, onclick: action, ...more }, text);
}

/** Puts new children into an element without losing the keyboard's place: whoever had the focus gets it again, known by its key. */
function refill(element, ...children) {
  const key = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const open = new Set([...element.querySelectorAll('details[open]')].map(one => one.dataset.key));
  const scrolled = new Map([...element.querySelectorAll('.scroll')].map(one => [one.dataset.key, one.scrollLeft]));
  element.replaceChildren(...children.flat(Infinity).filter(child => child));
  for (const one of element.querySelectorAll('details')) {
    one.open = open.has(one.dataset.key);
  }

  for (const one of element.querySelectorAll('.scroll')) {
    one.scrollLeft = scrolled.get(one.dataset.key) ?? 0;
  }

  if (key) {
    [...element.querySelectorAll('[data-key]')].find(one => one.dataset.key === key)?.focus({ preventScroll: true });
  }
}

/** A table in a frame that scrolls by itself. Columns are [title, is it a number]; cells are text or elements. */
function table(key, caption, columns, rows) {
  return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption, 'data-key': key },
    make('table', null,
      make('caption', { class: 'unseen' }, caption),
      make('thead', null, make('tr', null, columns.map(([title, kind]) => make('th', { scope: 'col', class: kind }, title)))),
      make('tbody', null, rows.map(row => make('tr', null, row.map((cell, i) => make('td', { class: columns[i][1] }, cell)))))));
}

/** Bars, the oldest first. The table beside it says the same to those who can't see it. */
function chart(jobs, title, valueOf, textOf) {
  // As wide as there is room, so that its letters keep their size.
  const [width, height, bottom, left] = [Math.max(220, Math.min(680, (document.getElementById('detail').clientWidth || 640) - 40)), 150, 22, 2];
  const values = jobs.map(valueOf);
  const top = Math.max(...values, 1);
  const slot = (width - left) / 30;
  const room = height - bottom - 18;
  const svg = makeSvg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${title}, ${count(jobs.length, 'sync', 'syncs')}, highest ${textOf(top)}. The table below has all numbers.` });
  svg.append(makeSvg('line', { class: 'axis', x1: 0, x2: width, y1: height - bottom + .5, y2: height - bottom + .5 }));
  svg.append(makeSvg('line', { class: 'axis', x1: 0, x2: width, y1: 17.5, y2: 17.5, 'stroke-dasharray': '2 4' }));
  svg.append(makeSvg('text', { x: 0, y: 12 }, textOf(top)));
  jobs.forEach((job, i) => {
    const tall = Math.max(values[i] / top * room, 2);
    const kind = job.status === 'error' ? 'bad' : job.status === 'completed' ? '' : 'wait';
    svg.append(makeSvg('rect', { class: `bar ${kind}`, x: left + i * slot, y: height - bottom - tall, width: slot * .78, height: tall, rx: Math.min(2, slot * .2) },
      makeSvg('title', {}, `${moment.format(new Date(job.createdAt))}: ${textOf(values[i])}, ${(job.status ?? 'unknown').replaceAll('_', ' ')}`)));
  });
  if (jobs.length > 0) {
    svg.append(makeSvg('text', { x: 0, y: height - 6 }, new Date(jobs[0].createdAt).toLocaleDateString()));
    svg.append(makeSvg('text', { x: width, y: height - 6, 'text-anchor': 'end' }, new Date(jobs.at(-1).createdAt).toLocaleDateString()));
  }

  return svg;
}
