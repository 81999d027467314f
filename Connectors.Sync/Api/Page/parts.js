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

/** "full", "access control": what a job syncs. */
const kindOf = job => (job.type ?? 'full').replaceAll('_', ' ');
const syncOf = job => ({ deletes_only: 'Sync of deletes only', no_deletes: 'Sync without deletes' })[job.type] ?? `${kindOf(job)[0].toUpperCase()}${kindOf(job).slice(1)} sync`;

const tones = { connected: 'good', completed: 'good', error: 'bad', lost: 'bad', needs_configuration: 'wait', canceling: 'wait', canceled: 'wait', suspended: 'wait', pending: 'wait' };

function badge(status) {
  return make('span', { class: `badge ${tones[status] ?? ''}` }, (status ?? 'unknown').replaceAll('_', ' '));
}

function button(text, label, action, more) {
  return make('button', { type: 'button', 'aria-label': label, onclick: action, ...more }, text);
}

/** Puts new children into an element without losing the keyboard's place: whoever had the focus gets it again, known by its key. */
function refill(element, ...children) {
  const key = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const open = new Set([...element.querySelectorAll('details[open]')].map(one => one.dataset.key));
  element.replaceChildren(...children.flat(Infinity).filter(child => child));
  for (const one of element.querySelectorAll('details')) {
    one.open = open.has(one.dataset.key);
  }

  if (key) {
    [...element.querySelectorAll('[data-key]')].find(one => one.dataset.key === key)?.focus({ preventScroll: true });
  }
}

/**
 * A table; where it has no room, every row becomes a block in which each cell carries its title. Columns are [title, class]; cells are text or
 * elements. The roles are written out because a row that is no table row to the eye is none to a screen reader either.
 */
function table(caption, columns, rows) {
  return make('table', { role: 'table', 'aria-label': caption },
    make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, columns.map(([title, kind]) => make('th', { role: 'columnheader', scope: 'col', class: kind }, title)))),
    make('tbody', { role: 'rowgroup' }, rows.map(row => make('tr', { role: 'row' },
      row.map((cell, i) => make('td', { role: 'cell', class: columns[i][1], 'data-title': columns[i][0] }, cell))))));
}
