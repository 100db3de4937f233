// The incidents on the left: found by the search, chosen by a click, each with what the next plan has for it.

import { h, patch } from "./dom.js";
import { all, begun, entry, incidents, matching, state } from "./store.js";

const SHOWN = 150;

export function rail() {
  const found = matching();
  const counts = entry("plan/next")?.counts || {};
  const total = incidents().length;
  const here = found.findIndex((one) => one.first === state.incident);
  const { shown, more } = begun("rail", found, Math.max(SHOWN, here + 20));
  const many = state.query ? `${found.length} of ${total}` : String(total);
  patch(document.getElementById("rail"),
    h("div", { class: "rail-head row" }, h("h2", null, "Incidents"), h("span", { class: "count" }, many)),
    h("button", { type: "button", key: "everything", class: "everything", do: "choose", with: { id: "" },
      "aria-pressed": String(!state.incident) }, "Everything"),
    h("ul", { key: "list" }, shown.map((one) => row(one, counts[one.first] || 0))),
    more ? h("button", { type: "button", key: "more", do: "more", with: { name: "rail", most: found.length } }, `and ${more} more`) : "",
    !found.length && h("p", { class: "empty" }, total ? "No incident has these words." : nothing()));
}

function nothing() {
  return all("repository").length
    ? `No incident is declared here.${entry("app")?.connected ? " Type /incident in a channel of Slack." : ""}`
    : "No incident has left a trace here yet. Set the variables that the terminal shows, and apply.";
}

function row(one, changes) {
  return h("li", { key: one.first },
    h("button", { type: "button", class: "incident", do: "choose", with: { id: one.first },
      "aria-pressed": String(state.incident === one.first), title: one.title || one.id },
    h("span", { class: "row" },
      one.severity && h("span", { class: `severity s-${rank(one.severity)}` }, one.severity),
      h("span", { class: `state ${one.status}` }, one.problem ? "invalid" : one.status),
      h("span", { class: "grow" }),
      changes ? h("span", { class: "drift", title: "changes in the next plan" }, `${changes} to do`) : ""),
    h("bdi", { class: "title" }, one.title || one.id),
    h("span", { class: "id" }, one.id)));
}

const rank = (severity) => /\d/.exec(severity)?.[0] || "x";
