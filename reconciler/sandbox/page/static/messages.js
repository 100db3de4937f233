// One message of a channel, with its thread below it and what can be done with it.

import { body } from "./blocks.js";
import { button, h, icon } from "./dom.js";
import { emoji, mrkdwn } from "./mrkdwn.js";
import { me, nameOf, people, state } from "./store.js";
import { clock, whole } from "./when.js";

export function message(data, one, inThread = false) {
  if (one.subtype === "tombstone") return gone(data, one);
  const mine = one.metadata?.event_payload?.incident;
  const away = state.incident && mine && mine !== state.incident;
  const pinned = data.pins.some((pin) => pin.ts === one.ts);
  return h("li", { key: one.ts, id: `m-${data.id}-${one.ts}`, class: `message${pinned ? " pinned" : ""}${away ? " away" : ""}` },
    avatar(one.user),
    h("div", { class: "said" },
      h("div", { class: "about" }, h("b", null, h("bdi", null, nameOf(one.user))), one.bot_id && h("span", { class: "app" }, "APP"),
        h("time", { title: whole(Number(one.ts)) }, clock(Number(one.ts))),
        pinned && h("span", { class: "flag" }, icon("pin"), "pinned"), one.subtype === "thread_broadcast" && !inThread && h("span", { class: "flag" }, "also in a thread")),
      body(one, !data.is_archived && { channel: data.id, ts: one.ts }),
      one.edited && h("span", { class: "edited", title: whole(Number(one.edited.ts)) }, "(edited)"),
      one.reactions?.length && h("div", { class: "reactions" }, one.reactions.map((each) =>
        h("span", { class: "flag", title: each.users.map(nameOf).join(", ") }, `${emoji(`:${each.name}:`)} ${each.count}`))),
      !inThread && one.subtype !== "thread_broadcast" && thread(data, one)),
    !data.is_archived && tools(data, one, pinned, inThread));
}

export function avatar(id) {
  const bot = people().users[id]?.bot;
  const name = nameOf(id);
  return h("span", { class: `avatar${bot ? " bot" : ` a-${hue(id)}`}`, "aria-hidden": "true" }, bot ? "✓" : [...name][0] || "?");
}

const hue = (id) => [...String(id)].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;

function thread(data, one) {
  const replies = (data.threads[one.ts] || []).map((ts) => data.messages[ts]).filter(Boolean);
  if (!replies.length) return "";
  const last = replies[replies.length - 1];
  return h("details", { class: "thread", key: "thread" },
    h("summary", null, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`, h("span", { class: "dim" }, ` last at ${clock(Number(last.ts))}`)),
    h("ol", { class: "replies" }, replies.map((each) => message(data, each, true))),
    !data.is_archived && data.members.includes(me()) && button("Reply…", "reply", { channel: data.id, thread_ts: one.ts }, { class: "small" }));
}

function tools(data, one, pinned, inThread) {
  const given = { channel: data.id, ts: one.ts };
  return h("div", { class: "tools", role: "group", "aria-label": "What can be done with this message" },
    !inThread && button("Reply", "reply", { channel: data.id, thread_ts: one.ts }),
    button(pinned ? "Unpin" : "Pin", "act", { what: pinned ? "slack.unpin" : "slack.pin", given }),
    button([h("span", { "aria-hidden": "true" }, "📌"), h("span", { class: "hidden" }, "Mark with a pin emoji")], "mark", given, { title: "Mark with :pushpin:" }),
    !inThread && button("More…", "shortcuts", given),
    one.user === me() && button("Edit", "edit", { ...given, text: one.text }),
    button("Delete", "act", { what: "slack.delete_message", given }),
    button("JSON", "raw-message", { channel: data.id, ts: one.ts }));
}

function gone(data, one) {
  return h("li", { key: one.ts, class: "message gone" }, h("span", { class: "avatar", "aria-hidden": "true" }, "·"),
    h("div", { class: "said" }, h("span", { class: "dim" }, "This message was deleted."), thread(data, one)));
}

// What the app, or Slackbot, told this person and nobody else.
export function whisper(data, one) {
  return h("li", { key: `w-${one.ts}`, class: "message whisper" }, avatar(one.user),
    h("div", { class: "said" },
      h("div", { class: "about" }, h("b", null, h("bdi", null, nameOf(one.user))), h("time", { title: whole(Number(one.ts)) }, clock(Number(one.ts))),
        h("span", { class: "dim" }, "Only visible to you")),
      body(one, { channel: data.id, ts: one.ts })));
}

export function system(one) {
  return h("li", { key: one.ts, class: "system" }, h("time", { title: whole(Number(one.ts)) }, clock(Number(one.ts))), " ",
    h("bdi", null, mrkdwn(one.text || "")));
}
