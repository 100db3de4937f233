// What the browser knows: a copy of the feed's entries, objects in full as far as they are shown, and what
// this person has chosen to see. Whoever changes it calls `changed`.

export const state = {
  run: "", version: 0, live: "connecting", entries: new Map(), details: new Map(),
  incident: "", query: "", person: "ana@example.com", pane: "slack",
  open: { slack: "", pagerduty: "", notion: "" },
  dock: "plan", docked: true, writes: true, editing: null, calls: [], plan: null, earlier: {},
};

const listeners = [];
let waiting = false;

export function onChange(listener) { listeners.push(listener); }

export function changed() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const listener of listeners) listener();
  });
}

export async function fetched(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer.json();
}

export function all(kind) {
  const found = [];
  for (const [key, entry] of state.entries) if (key.startsWith(`${kind}/`)) found.push(entry);
  return found;
}

export const entry = (key) => state.entries.get(key);
export const people = () => entry("people") || { users: {}, groups: {}, bot: "" };
export const nameOf = (id) => people().users[id]?.name || id;
export const me = () => Object.entries(people().users).find(([, one]) => one.email === state.person)?.[0] || "";

// An object in full: what is known of it now; asks for it where that is nothing, or is out of date.
export function inFull(key, path, rev = entry(key)?.rev || 0) {
  const known = state.details.get(key);
  if (known && (known.rev >= rev || known.asked >= rev)) return known.data;
  state.details.set(key, { rev: known?.rev ?? -1, data: known?.data, asked: rev });
  fetched(path).then((data) => {
    state.details.set(key, { rev, data, asked: rev });
    changed();
  }).catch(() => state.details.delete(key));
  return known?.data;
}

export const object = (service, id) =>
  inFull(`${service}/${id}`, `/page/object/${service}/${encodeURIComponent(id)}`);

// live --------------------------------------------------------------------------------------------------

let asking = null;
let again = false;

export function refresh() {
  if (asking) { again = true; return asking; }
  asking = take().catch(() => { state.live = "lost"; changed(); }).finally(() => {
    asking = null;
    if (again) { again = false; refresh(); }
  });
  return asking;
}

async function take() {
  const feed = await fetched(`/page/feed?since=${state.version}&run=${state.run}`);
  if (feed.run !== state.run) {
    state.entries.clear();
    state.details.clear();
    state.calls = [];
  }
  for (const [key, one] of Object.entries(feed.entries)) state.entries.set(key, one);
  for (const key of feed.gone) { state.entries.delete(key); state.details.delete(key); }
  Object.assign(state, { run: feed.run, version: feed.version, live: "live" });
  changed();
}

export function watch() {
  const source = new EventSource("/page/live");
  source.onmessage = (event) => {
    state.live = "live";
    if (Number(event.data) !== state.version) refresh();
    else changed();
  };
  source.onerror = () => {
    state.live = "lost";
    changed();
    if (source.readyState === EventSource.CLOSED) setTimeout(watch, 2000);
  };
}

// incidents ---------------------------------------------------------------------------------------------

// What is computed once a version: the incidents, and for a search which of them it finds.
const kept = new Map();

function once(name, about, make) {
  const key = `${state.run}/${state.version}/${about}`;
  if (kept.get(name)?.key !== key) kept.set(name, { key, value: make() });
  return kept.get(name).value;
}

// One row an incident, the newest first: what its file says, else what its traces say.
export const incidents = () => once("incidents", "", allIncidents);

function allIncidents() {
  const found = new Map();
  for (const one of all("file")) {
    found.set(one.first, { ...one, services: new Set() });
  }
  for (const kind of ["slack", "pagerduty", "notion"]) {
    for (const one of all(kind)) {
      if (!one.incident) continue;
      const row = found.get(one.incident) || { id: one.incident, first: one.incident, title: "", status: "", severity: "" };
      row.title ||= kind === "slack" ? "" : one.title;
      row.services = (row.services || new Set()).add(kind);
      found.set(one.incident, row);
    }
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
}

export const matching = () => once("matching", state.query, searched);

function searched() {
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  return incidents().filter((one) => {
    const text = `${one.id} ${one.title} ${one.severity} ${one.status}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

// The beginning of a long list; `more` is how much of it is left out.
export function begun(name, list, most) {
  const shown = list.slice(0, Math.max(most, state.earlier[name] || 0));
  return { shown, more: list.length - shown.length };
}

// True for what belongs to the incident that is chosen, or to one that the search finds.
export function shownHere(ids) {
  if (state.incident) return ids.includes(state.incident);
  if (!state.query) return true;
  const found = once("found", state.query, () => new Set(matching().map((one) => one.first)));
  return ids.some((id) => found.has(id));
}

export function choose(id) {
  state.incident = state.incident === id ? "" : id;
  state.open = { slack: "", pagerduty: "", notion: "" };
  state.editing = null;
  history.replaceState(null, "", state.incident ? `#${encodeURIComponent(state.incident)}` : location.pathname);
  changed();
}
