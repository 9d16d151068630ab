/*
 * Shows the events of one connection to the game, counted. The query says where the connection is (`in`: page, iframe, worker,
 * shared-worker), how it is logged in (`auth`) and its `transports`; a frame comes from the origin `frame`.
 */
const settings = new URL(location.href).searchParams;
const counts = new Map();

function show({ state, event }) {
  if (state) document.querySelector('#state').value = state;
  if (!event) return;
  let cell = counts.get(event);
  if (!cell) {
    const row = document.querySelector('#events').insertRow();
    row.insertCell().textContent = event;
    cell = row.insertCell();
    cell.dataset.event = event;
    counts.set(event, cell);
  }
  cell.textContent = String(Number(cell.textContent) + 1);
}

/* Two names of one machine are two sites, and a frame of another site runs in a process of its own. */
function otherSite() {
  const url = new URL(location.origin);
  url.hostname = url.hostname === 'localhost' ? '127.0.0.1' : 'localhost';
  return url.origin;
}

const places = {
  page: () => openGame(settings, show),
  iframe: () => {
    const frame = document.createElement('iframe');
    const url = new URL('/page', settings.get('frame') ?? otherSite());
    for (const [name, value] of settings)
      if (name !== 'in' && name !== 'frame') url.searchParams.set(name, value);
    frame.src = url.href;
    document.body.append(frame);
    show({ state: 'in a frame of another site' });
  },
  worker: () => {
    new Worker(`/page/worker.js?${settings}`).onmessage = ({ data }) => show(data);
  },
  'shared-worker': () => {
    new SharedWorker(`/page/worker.js?${settings}`).port.onmessage = ({ data }) => show(data);
  },
};
const open = places[settings.get('in') ?? 'page'];
if (open) open();
else show({ state: `not open: in=${Object.keys(places).join('|')} was expected` });
