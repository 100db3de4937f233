// What a person does with the app: commands, buttons, shortcuts, forms. The app may take seconds to answer.

import { act, ask as asked, toast } from "./act.js";
import { ask, pick } from "./dialogs.js";
import { entry, me, object } from "./store.js";
import { said, sending, values } from "./views.js";

// Tells what came of it; null where Slack did not let it happen, which has been told.
async function interact(what, given) {
  const outcome = await asked("/page/interact", { do: what, with: given });
  if (outcome?.error && what !== "submit" && what !== "command") toast(outcome.error);
  return outcome;
}

export const isCommand = (text) => /^\/\w/.test(text);

// A command that fails is told by Slackbot, in the channel.
export const command = (channel, text) => interact("command", { channel, text });

export const APP = {
  press: async ({ given, confirm }) => {
    if (confirm && !(await ask(confirm.title, [], confirm.confirm, confirm.text, confirm.deny))) return;
    const form = document.querySelector("#view form");
    const what = given.view_id ? "press_in_view" : "press";
    interact(what, given.view_id ? { ...given, values: values(form) } : given);
  },
  shortcuts: async ({ channel, ts }) => {
    const offered = entry("app").shortcuts.filter((one) => one.of_message === Boolean(ts));
    const chosen = await pick(ts ? "With this message" : "Shortcuts", offered);
    if (chosen) interact("shortcut", { callback: chosen, ...(ts ? { channel, ts } : {}) });
  },
  mark: ({ channel, ts }) => {
    const marks = object("slack", channel)?.messages[ts]?.reactions?.find((one) => one.name === "pushpin");
    return act(marks?.users.includes(me()) ? "slack.unreact" : "slack.react", { channel, ts, emoji: "pushpin" });
  },
  "leave-view": ({ id }) => interact("dismiss", { view_id: id }),
};

export async function submit(form, { id }) {
  const given = { view_id: id, values: values(form) };
  sending(id);
  said(id, (await interact("submit", given)) || {});
}
