// PagerDuty: the incidents, each with its buttons; one in full with its notes and its log.

import { button, h, link, rest } from "./dom.js";
import { all, begun, object, shownHere, state } from "./store.js";
import { clock, seconds, whole } from "./when.js";

const SHOWN = 100;
const RANK = { triggered: 0, acknowledged: 1, resolved: 2 };

export function pagerduty() {
  const found = all("pagerduty").filter((one) => shownHere([one.incident]))
    .sort((a, b) => RANK[a.status] - RANK[b.status] || b.number - a.number);
  const open = state.open.pagerduty && found.find((one) => one.id === state.open.pagerduty);
  return [
    h("div", { class: "pane-head" }, h("h2", null, "PagerDuty"), h("span", { class: "count" }, found.length), h("span", { class: "grow" }),
      open && button("All incidents", "open", { pane: "pagerduty", id: "" }, { class: "quiet", key: "back" })),
    open ? h("div", { class: "scroll pad", key: open.id }, card(open))
      : state.incident ? h("div", { class: "scroll pad", key: `of-${state.incident}` }, found.map(card), !found.length && none())
        : found.length ? list(found) : none(),
  ];
}

const none = () => h("p", { class: "empty" }, state.incident ? "Nobody was paged for this incident." : "Nobody was paged yet.");

function list(found) {
  const { shown, more } = begun("pagerduty", found, SHOWN);
  return h("ul", { class: "list scroll", key: "pages" }, shown.map((one) => h("li", { key: one.id, class: `page ${one.status}` },
    button([
      h("span", { class: "row" }, h("span", { class: `status ${one.status}` }, one.status), h("b", null, `#${one.number}`),
        h("span", { class: "grow" }), h("span", { class: "dim" }, clock(one.at))),
      h("bdi", { class: "line strong" }, one.title),
      h("bdi", { class: "dim line" }, [one.service, one.assigned.join(", ")].filter(Boolean).join(" · ")),
    ], "open", { pane: "pagerduty", id: one.id }, { class: "entry" }))), rest("pagerduty", more, found.length));
}

function card(one) {
  const data = object("pagerduty", one.id);
  return h("article", { class: `card ${one.status}`, key: `card-${one.id}` },
    h("div", { class: "row wrap" }, h("span", { class: `status ${one.status}` }, one.status),
      h("span", { class: "dim" }, `#${one.number}`), h("span", { class: "grow" }),
      button("JSON", "raw", { service: "pagerduty", id: one.id, title: `PagerDuty incident #${one.number}` }, { class: "quiet small" })),
    h("h3", null, h("bdi", null, one.title)),
    h("div", { class: "row wrap", key: "buttons" }, buttons(one)),
    data ? [facts(data.shown, data.hidden), notes(data), log(data)] : "");
}

function buttons(one) {
  const given = { incident: one.id };
  const open = one.status !== "resolved";
  return [
    open && button("Acknowledge", "act", { what: "pagerduty.acknowledge", given }, { class: one.status === "triggered" ? "main" : null, key: "ack" }),
    open && button("Resolve", "act", { what: "pagerduty.resolve", given }, { key: "resolve" }),
    !open && button("Reopen", "act", { what: "pagerduty.reopen", given }, { key: "reopen" }),
    button("Note…", "note", { incident: one.id }, { class: "quiet", key: "note" }),
  ];
}

function facts(one, hidden) {
  const bridge = hidden.conference_bridge?.conference_url;
  const rows = [
    ["Service", one.service.summary], ["Urgency", one.urgency], ["Priority", one.priority?.summary || "none"],
    ["Assigned to", one.assignments.map((each) => each.assignee.summary).join(", ") || "nobody"],
    ["Acknowledged by", one.acknowledgements.map((each) => each.acknowledger.summary).join(", ")],
    ["Opened", whole(one.created_at)], ["Key", one.incident_key], ["Bridge", bridge && link(bridge, bridge)],
  ];
  return [h("dl", { class: "facts" }, rows.filter(([, value]) => value).map(([name, value]) =>
    h("div", null, h("dt", null, name), h("dd", null, h("bdi", null, value))))),
  hidden.body?.details && h("details", { key: "details" }, h("summary", null, "Details"), h("p", { class: "pre body" }, h("bdi", null, hidden.body.details)))];
}

function notes(data) {
  if (!data.notes.length) return "";
  return h("details", { key: "notes" }, h("summary", null, `Notes (${data.notes.length})`), h("ul", { class: "notes" },
    data.notes.map((one) => h("li", { key: one.id }, h("p", { class: "dim" }, `${one.user.summary} · ${clock(one.created_at)}`), h("p", { class: "pre" }, one.content)))));
}

const WORDS = {
  trigger: "Triggered", acknowledge: "Acknowledged", unacknowledge: "Acknowledgement ended", resolve: "Resolved",
  assign: "Assigned", notify: "Notified", escalate: "Escalated", annotate: "Note",
};

function log(data) {
  return h("details", { open: true, key: "log" }, h("summary", null, `Log (${data.log_entries.length})`), h("ol", { class: "log" },
    [...data.log_entries].reverse().map((one) => {
      const kind = one.type.replace("_log_entry", "");
      const whom = one.assignees?.map((each) => each.summary).join(", ") || one.user?.summary;
      const by = ["notify", "assign"].includes(kind) ? "" : one.agent?.summary;
      return h("li", { key: one.id, class: kind }, h("time", { title: whole(one.created_at) }, seconds(one.created_at)),
        h("span", null, h("b", null, WORDS[kind] || one.summary), whom && [" ", h("bdi", null, whom)], by && h("span", { class: "dim" }, ` by ${by}`)));
    })));
}
