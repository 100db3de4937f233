// The last calls to the services, the newest first; one opens with its arguments and its answer.

import { h } from "./dom.js";
import { changed, entry, fetched, state } from "./store.js";
import { seconds, whole } from "./when.js";

const MOST = 200;
let asked = 0;

export function calls() {
  know();
  const found = state.calls.filter((one) => !state.writes || !one.read).reverse();
  return [
    h("p", { class: "row dim" }, h("label", { class: "check" }, h("input", { type: "checkbox", id: "writes", do: "writes", checked: state.writes, key: "writes", "data-keep": "1" }), " Only what changes something"),
      h("span", null, `${found.length} of the last ${state.calls.length} calls; a click shows arguments and answer`)),
    h("table", { class: "calls" }, h("thead", null, h("tr", null, ["At (UTC)", "Service", "Call", "By", "Answer"].map((one) => h("th", { scope: "col" }, one)))),
      h("tbody", null, found.map((one) => h("tr", { key: `call-${one.number}` },
        h("td", null, h("time", { title: whole(one.at) }, seconds(one.at))), h("td", null, one.service),
        h("td", null, h("button", { type: "button", class: "entry-link mono", do: "call", with: { number: one.number } }, one.method)),
        h("td", null, one.person || h("span", { class: "dim" }, "API")), h("td", { class: one.error ? "failed" : "dim" }, h("bdi", null, one.error || "ok")))))),
  ];
}

function know() {
  const last = entry("calls/last")?.last || 0;
  if (last < asked) { asked = 0; state.calls = []; }
  if (last <= asked) return;
  const since = asked;
  asked = last;
  fetched(`/page/calls?since=${since}`).then((found) => {
    const known = new Set(state.calls.map((one) => one.number));
    state.calls = [...state.calls, ...found.calls.filter((one) => !known.has(one.number))].slice(-MOST);
    changed();
  }).catch(() => { asked = since; });
}
