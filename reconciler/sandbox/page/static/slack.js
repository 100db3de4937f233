// Slack: the channels, or one of them with its topic, bookmarks, people, messages, and a box to write in.

import { button, h, icon, link, rest } from "./dom.js";
import { avatar, message, system, whisper } from "./messages.js";
import { all, begun, entry, me, nameOf, object, people, shownHere, state } from "./store.js";
import { day } from "./when.js";

const SHOWN = 100;

export function slack() {
  const found = channels();
  const open = chosen(found);
  const data = open && object("slack", open);
  return [
    h("div", { class: "pane-head" }, h("h2", null, "Slack"), h("span", { class: "count" }, found.length),
      state.incident && found.length > 1 ? tabs(found, open) : h("span", { class: "grow" }),
      open && !state.incident && button("All channels", "open", { pane: "slack", id: "-" }, { class: "quiet", key: "back" })),
    open ? (data ? channel(data) : h("p", { class: "empty" }, "…")) : list(found),
  ];
}

function channels() {
  const mine = (one) => !one.direct.length || one.direct.includes(me());
  const found = all("slack").filter((one) => shownHere(one.incidents) && mine(one));
  const rank = (one) => (one.archived ? 2 : state.incident && one.incident !== state.incident ? 1 : 0);
  return found.sort((a, b) => rank(a) - rank(b) || b.at - a.at);
}

// Of an incident its own channel is open; of everything, the list.
function chosen(found) {
  if (state.open.slack === "-") return "";
  if (state.open.slack) return state.open.slack;
  return state.incident ? found[0]?.id || "" : "";
}

function tabs(found, open) {
  return h("div", { class: "chips", role: "group", "aria-label": "Channels", key: "chips" }, found.map((one) =>
    button([mark(one.private), h("bdi", null, one.name)], "open", { pane: "slack", id: one.id },
      { key: one.id, class: "chip", "aria-pressed": String(one.id === open) })));
}

function list(found) {
  if (!found.length) return h("p", { class: "empty" }, state.incident ? "This incident has no trace in Slack." : "No channel.");
  const { shown, more } = begun("slack", found, SHOWN);
  return h("ul", { class: "list scroll", key: "channels" }, shown.map((one) =>
    h("li", { key: one.id }, button([
      h("span", { class: "row" }, h("b", { class: "line" }, mark(one.private), h("bdi", null, one.direct.length ? other(one.direct) : one.name)),
        one.archived && h("span", { class: "flag" }, "archived"), h("span", { class: "grow" }),
        h("span", { class: "dim" }, one.messages)),
      h("bdi", { class: "dim line" }, one.topic || "no topic"),
    ], "open", { pane: "slack", id: one.id }, { class: "entry" }))), rest("slack", more, found.length));
}

function channel(data) {
  const inside = data.members.includes(me());
  return [
    h("div", { class: "channel-head", key: `head-${data.id}` },
      h("div", { class: "row" },
        h("h3", { class: "line", title: data.name }, mark(data.is_private), h("bdi", null, title(data))),
        data.is_archived && h("span", { class: "flag" }, "archived"),
        h("span", { class: "grow" }), members(data), tools(data, inside)),
      h("p", { class: "topic row" }, h("bdi", { class: "grow" }, data.topic.value || "no topic"),
        !data.is_archived && button("Edit topic", "topic", { channel: data.id, topic: data.topic.value }, { class: "quiet small" })),
      bookmarks(data)),
    messages(data),
    composer(data, inside),
  ];
}

function tools(data, inside) {
  const channel = data.id;
  const bot = people().bot;
  return h("details", { class: "menu", key: "menu" }, h("summary", { "aria-label": "What can be done with this channel" }, "⋯"),
    h("div", { class: "menu-list" },
      !data.is_archived && button("Rename…", "rename", { channel, name: data.name }),
      data.is_archived ? button("Unarchive", "act", { what: "slack.unarchive", given: { channel } })
        : button("Archive", "act", { what: "slack.archive", given: { channel } }),
      !data.is_archived && button("Add a bookmark…", "bookmark", { channel }),
      !data.is_archived && (inside ? button("Leave", "act", { what: "slack.leave", given: { channel } })
        : button("Join", "act", { what: "slack.join", given: { channel } })),
      !data.is_archived && inside && !data.is_im && (data.members.includes(bot)
        ? button("Remove the bot", "act", { what: "slack.kick_bot", given: { channel } })
        : button("Invite the bot", "act", { what: "slack.invite_bot", given: { channel } })),
      button("Raw JSON", "raw", { service: "slack", id: channel, title: `#${data.name}` })));
}

function bookmarks(data) {
  const found = Object.values(data.bookmarks);
  const pins = data.pins.length;
  if (!found.length && !pins) return "";
  return h("ul", { class: "bookmarks", "aria-label": "Bookmarks" },
    pins ? h("li", { key: "pins" }, button([icon("pin"), `${pins} pinned`], "jump", { ts: data.pins[0].ts }, { class: "quiet small" })) : "",
    found.map((one) => h("li", { key: one.id }, link(one.link, [icon("bookmark"), h("bdi", null, one.title)]),
      button("×", "act", { what: "slack.remove_bookmark", given: { channel: data.id, bookmark_id: one.id } },
        { class: "quiet tiny", "aria-label": `Remove the bookmark ${one.title}`, title: "Remove" }))));
}

function members(data) {
  const number = data.members.length;
  return button([data.members.slice(0, 4).map((id) => avatar(id)), h("span", null, number)], "members", { channel: data.id },
    { class: "quiet members", key: "members", "aria-label": `${number} ${number === 1 ? "member" : "members"}`, title: data.members.map(nameOf).join(", ").slice(0, 300) });
}

const other = (members) => nameOf(members.find((id) => id !== me()));
const title = (data) => (data.is_im ? other(data.members) : data.name);
const mark = (closed) => (closed ? [icon("lock"), h("span", { class: "hidden" }, "private channel ")] : "#");

function messages(data) {
  const replies = new Set(Object.values(data.threads).flat());
  const said = Object.values(data.messages).filter((one) => !replies.has(one.ts) || one.subtype === "thread_broadcast");
  const everything = [...said, ...whispers(data.id)].sort((a, b) => a.ts - b.ts);
  const from = Math.max(0, everything.length - (state.earlier[data.id] || SHOWN));
  const shown = [];
  let before = "";
  for (const one of everything.slice(from)) {
    const on = day(Number(one.ts));
    if (on !== before) shown.push(h("li", { class: "day", key: `day-${on}` }, h("span", null, on)));
    before = on;
    shown.push(isSystem(one) ? system(one) : one.whisper ? whisper(data, one) : message(data, one));
  }
  return h("ol", { class: "messages scroll", key: `messages-${data.id}`, "data-stick": "end", tabindex: "0", "aria-label": `Messages in ${data.name}` },
    from ? h("li", { key: "earlier" }, button(`Show ${Math.min(from, SHOWN)} earlier messages`, "earlier", { id: data.id }, { class: "quiet" })) : "",
    shown);
}

const whispers = (channel) =>
  (entry(`whispers/${channel}`)?.told || []).filter((one) => one.user === me()).map((one) => ({ ...one.message, whisper: true }));

const isSystem = (one) => one.subtype && one.subtype !== "thread_broadcast" && one.subtype !== "tombstone";

function composer(data, inside) {
  if (data.is_archived) return h("p", { class: "composer dim", key: "archived" }, "This channel is archived: nobody writes in it.");
  if (!inside) {
    return h("p", { class: "composer dim", key: "outside" }, "You are not in this channel. ",
      button("Join it", "act", { what: "slack.join", given: { channel: data.id } }));
  }
  const who = nameOf(me());
  return h("form", { class: "composer", key: `write-${data.id}`, do: "post", with: { channel: data.id } },
    button("⚡", "shortcuts", {}, { class: "quiet", "aria-label": "Shortcuts", title: "Shortcuts" }),
    h("textarea", { name: "text", rows: "1", placeholder: `Write as ${who}${entry("app")?.connected ? ", or /incident" : ""}`, "aria-label": `Message #${data.name.slice(0, 60)} as ${who}` }),
    h("button", { type: "submit", class: "main" }, "Send"));
}
