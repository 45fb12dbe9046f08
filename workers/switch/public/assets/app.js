// Portico's one script. Every page works without it; it makes things quicker. It asks only our own host, writes no markup as text,
// and sets no style, so that the strictest policy holds.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (tag, props = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

// What is said to those who don't see it.
const live = make("p", { class: "unseen", role: "status" });
document.body.append(live);
const say = (text) => {
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 50);
};

// ── Theme: chosen without a reload. Where the server could not know the choice, as on an error page, the cookie tells it.
const root = document.documentElement;
const paint = (theme) => {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.querySelector("meta[name=color-scheme]")?.setAttribute("content", theme === "system" ? "light dark" : theme);
};
const kept = /(?:^|; )portico-theme=(light|dark)/.exec(document.cookie);
if (kept && !root.dataset.theme) paint(kept[1]);
for (const form of all("[data-theme-form]")) {
  form.addEventListener("submit", async (event) => {
    const chosen = event.submitter;
    if (!chosen?.value || event.defaultPrevented) return;
    event.preventDefault();
    paint(chosen.value);
    for (const button of all("button", form)) button.setAttribute("aria-pressed", String(button === chosen));
    const body = new URLSearchParams(new FormData(form, chosen));
    const reply = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    // A redirect is what the server answers when it has kept the choice.
    say(reply?.type === "opaqueredirect" || reply?.ok ? `Theme: ${chosen.value}` : "The choice could not be kept.");
  });
}

// ── Copying, with a word for it.
for (const code of all("[data-copy]")) {
  const what = code.dataset.copy || "Id";
  const button = make("button", { type: "button", class: "copy", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
      say(`${what} copied`);
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => (button.textContent = "Copy"), 2500);
  });
  (code.closest("pre") ?? code).after(button);
}

// ── Passwords can be looked at.
for (const input of all("input[data-show]")) {
  const button = make("button", { type: "button", class: "show", "aria-pressed": "false", "aria-label": "Show password" }, "Show");
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-pressed", String(shown));
  });
  input.form?.addEventListener("submit", () => (input.type = "password"));
  input.after(button);
}

// ── A form is sent once, and what was typed is not lost by a stray click.
let leaving = false;
const dirty = new Set();
for (const form of all("form[data-unsaved]")) form.addEventListener("input", () => dirty.add(form));
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  leaving = true;
  if (form.method !== "post") return;
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});
// What only waits for its button is sent at once; without a script somebody presses it.
document.querySelector("form[data-at-once]")?.requestSubmit();
addEventListener("beforeunload", (event) => {
  if (dirty.size && !leaving) event.preventDefault();
});
addEventListener("pageshow", () => {
  leaving = false;
  for (const form of all("form[data-sent]")) delete form.dataset.sent;
  for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
});

// ── Whether a name is free, while it is typed; and a proposal out of the name beside it.
const slugOf = (name) => name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
for (const input of all("input[data-slug-check]")) {
  const status = document.getElementById(`${input.id}-status`);
  let wait = 0;
  let asked = 0;
  let own = input.value !== "";
  const check = () => {
    clearTimeout(wait);
    const slug = input.value.trim();
    const mine = ++asked;
    if (!slug) return (status.textContent = "");
    wait = setTimeout(async () => {
      const reply = await fetch(`${input.dataset.slugCheck}?slug=${encodeURIComponent(slug)}`).catch(() => null);
      const text = reply?.ok ? (await reply.text()).slice(0, 200) : "";
      if (mine === asked) status.textContent = text;
    }, 300);
  };
  input.addEventListener("input", () => {
    own = input.value !== "";
    check();
  });
  input.form?.elements.namedItem("name")?.addEventListener("input", (event) => {
    if (own) return;
    input.value = slugOf(event.target.value);
    check();
  });
}

// ── Messages leave by themselves, unless somebody is reading them. What went wrong stays.
for (const flash of all(".flash")) {
  const close = make("button", { type: "button", class: "tiny", "aria-label": "Dismiss" }, "×");
  close.addEventListener("click", () => flash.remove());
  flash.append(close);
  if (!("flash" in flash.dataset)) continue;
  let timer = 0;
  const start = () => (timer = setTimeout(() => flash.remove(), 8000));
  for (const on of ["mouseenter", "focusin"]) flash.addEventListener(on, () => clearTimeout(timer));
  for (const off of ["mouseleave", "focusout"]) flash.addEventListener(off, start);
  start();
}

// ── Where tabs don't fit beside each other, the one in use is in sight.
for (const tab of all(".tabs [aria-current]")) {
  const row = tab.closest(".tabs");
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - row.offsetLeft - 24;
}

// ── Menus close with Escape, and give the focus back.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of all("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// ── Dialogs. The browser keeps the focus in them and gives it back.
const open = (dialog) => {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.showModal();
};

// A page that asks opens over the page that leads to it; anything else it may be is followed as the link it is.
for (const link of all("a[data-dialog]")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const reply = await fetch(link.href).catch(() => null);
    const page = reply?.ok && !reply.redirected ? new DOMParser().parseFromString(await reply.text(), "text/html") : null;
    const found = page?.querySelector("[data-confirm]");
    if (!found) return location.assign(link.href);
    const section = document.importNode(found, true);
    const title = section.querySelector("h1, h2");
    title?.replaceWith(make("h2", { id: "dialog-title" }, title.textContent));
    const dialog = make("dialog", { "aria-labelledby": "dialog-title" }, section);
    for (const cancel of all("a.quiet", section)) {
      cancel.addEventListener("click", (leave) => {
        leave.preventDefault();
        dialog.close();
      });
    }
    open(dialog);
  });
}

// ── A session that ends soon says so while there is time to keep it (WCAG 2.2.1). Pages beside this one keep it too, and tell.
const session = { until: 0, last: false, dialog: null, over: false };
const others = "BroadcastChannel" in window ? new BroadcastChannel("portico-session") : null;
const WARN = 180_000;
const note = (until, last) => {
  if (session.over || until <= session.until) return;
  Object.assign(session, { until, last });
  if (until - Date.now() > WARN) session.dialog?.close();
};
const read = (body, told) => {
  if (body?.dataset.sessionEnds === undefined) return false;
  const until = Date.now() + Number(body.dataset.sessionEnds) * 1000;
  note(until, "sessionLast" in body.dataset);
  if (told) others?.postMessage({ until: session.until, last: session.last });
  return true;
};
const ask = (title, text, ...ways) => {
  session.dialog?.close();
  const words = make("p", {}, text);
  const parts = [make("h2", { id: "session-title" }, title), words, make("div", { class: "actions" }, ...ways)];
  const dialog = make("dialog", { role: "alertdialog", "aria-labelledby": "session-title" }, make("div", { class: "card" }, ...parts));
  dialog.addEventListener("close", () => session.dialog === dialog && (session.dialog = null));
  session.dialog = dialog;
  open(dialog);
};
const ended = () => {
  session.over = true;
  const again = make("a", { class: "button primary", href: location.href }, "Sign in");
  ask("You are signed out", "The session has ended. What you have typed is still on this page: copy what you want to keep, then sign in again.", again);
};
const keep = async () => {
  const reply = await fetch("/account").catch(() => null);
  const page = reply?.ok && !reply.redirected ? new DOMParser().parseFromString(await reply.text(), "text/html") : null;
  if (!reply) return say("The service could not be reached. Try again.");
  if (!read(page?.body, true)) return ended();
  session.dialog?.close();
  say("You stay signed in.");
};
let warned = 0;
const watch = () => {
  const left = session.until - Date.now();
  if (session.over || left > WARN) return;
  if (left <= 0) return ended();
  if (warned === session.until) return;
  warned = session.until;
  const at = new Date(session.until).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
  if (session.last) {
    const fine = make("button", { type: "button", class: "primary" }, "Understood");
    fine.addEventListener("click", () => session.dialog?.close());
    return ask("Your session ends soon", `It ends at ${at} and can't be extended. Save what you are working on, then sign in again.`, fine);
  }
  const stay = make("button", { type: "button", class: "primary" }, "Stay signed in");
  stay.addEventListener("click", keep);
  ask("Are you still there?", `Nothing has happened for a while. For safety you are signed out at ${at}.`, stay);
};
if (read(document.body, true)) {
  others?.addEventListener("message", ({ data }) => note(data.until, data.last));
  setInterval(watch, 5_000);
  watch();
}

// ── The palette: every place the page leads to, and a search for the rest.
const labelOf = (a) => (a.querySelector("span:not(.mark, .count), bdi") ?? a).textContent.trim();
const places = () => {
  const seen = new Set();
  return all("[data-nav] a, .account .sheet a, .switch .sheet a, .tabs a, .head .actions a").flatMap((a) => {
    const text = labelOf(a);
    if (seen.has(a.href) || !text) return [];
    seen.add(a.href);
    const group = a.closest(".switch") ? "Organization" : a.closest(".account") ? "Account" : a.closest(".head") ? "Action" : "Page";
    return [{ text, href: a.href, group }];
  });
};
const palette = () => {
  if (document.querySelector("dialog[open]")) return;
  const known = places();
  const search = document.querySelector("[data-search]")?.dataset.search;
  const input = make("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": "Go to", placeholder: "Go to a page…", autocomplete: "off", spellcheck: "false" });
  const list = make("ul", { id: "palette-list", role: "listbox", "aria-label": "Places" });
  let at = 0;
  const mark = () => {
    const links = all("a", list);
    at = (at + links.length) % (links.length || 1);
    links.forEach((a, i) => a.setAttribute("aria-selected", String(i === at)));
    if (links[at]) input.setAttribute("aria-activedescendant", links[at].id);
    links[at]?.scrollIntoView({ block: "nearest" });
  };
  const draw = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = known.filter((p) => words.every((w) => p.text.toLowerCase().includes(w)));
    if (search && words.length) found.push({ text: `Search for "${input.value.trim()}"`, href: `${search}?q=${encodeURIComponent(input.value.trim())}`, group: "Search" });
    const rows = found.map((p, i) => {
      const a = make("a", { href: p.href, role: "option", id: `palette-${i}`, tabindex: "-1" }, make("span", {}, p.text), make("span", { class: "quiet" }, p.group));
      return make("li", { role: "presentation" }, a);
    });
    list.replaceChildren(...(rows.length ? rows : [make("li", { class: "none", role: "presentation" }, "Nothing matches.")]));
    at = 0;
    mark();
  };
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      at += step;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      all("a", list)[at]?.click();
    }
  });
  open(make("dialog", { class: "palette", "aria-label": "Go to" }, input, list));
  draw();
  input.focus();
};
// Where nothing can be searched, the way to the palette is still in sight; a tenant's customers are spared it.
const tools = document.querySelector(".tools");
if (tools && !document.querySelector("[data-palette], .look-portal")) {
  const button = make("button", { type: "button", class: "tool", "data-palette": "" }, make("span", {}, "Go to"));
  const local = tools.querySelector(".local");
  if (local) local.after(button);
  else tools.prepend(button);
}
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
for (const button of all("[data-palette]")) {
  button.append(make("kbd", { "aria-hidden": "true" }, mac ? "⌘K" : "Ctrl K"));
  button.addEventListener("click", (event) => {
    event.preventDefault();
    palette();
  });
}

// ── Shortcuts of one key. They can be switched off (WCAG 2.1.4), and don't disturb who is typing.
const OFF = "portico-shortcuts-off";
const stored = (set) => {
  try {
    if (set === undefined) return localStorage.getItem(OFF) !== null;
    if (set) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  return set ?? false;
};
let off = stored();
const letters = new Map();
for (const link of all("[data-nav] a")) {
  const letter = [...labelOf(link).toLowerCase()].find((c) => /[a-z]/.test(c) && !letters.has(c));
  if (letter) letters.set(letter, link);
}
const help = () => {
  if (document.querySelector("dialog[open]")) return;
  const row = (what, ...keys) => [make("dt", {}, what), make("dd", { class: "keys" }, ...keys.map((k) => make("kbd", {}, k)))];
  const box = make("input", { type: "checkbox", id: "shortcuts-on", autocomplete: "off", checked: !off });
  box.addEventListener("change", () => (off = stored(!box.checked)));
  const rows = [...letters].flatMap(([letter, link]) => row(labelOf(link), "g", letter));
  const list = make("dl", {}, ...row("Go to a page", mac ? "⌘" : "Ctrl", "K"), ...row("This help", "?"), ...row("Close", "Esc"), ...rows);
  const choice = make("div", { class: "field check" }, box, make("label", { for: "shortcuts-on" }, "Shortcuts of a single key"));
  open(make("dialog", { class: "help", "aria-labelledby": "dialog-title" }, make("div", { class: "card" }, make("h2", { id: "dialog-title" }, "Keyboard shortcuts"), list, choice)));
};
let went = 0;
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    palette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  // The help stays within reach, so that what was switched off can be switched on.
  if (event.key === "?") return help();
  if (off) return;
  if (event.key === "g") went = event.timeStamp;
  else if (event.timeStamp - went < 1500) {
    went = 0;
    letters.get(event.key.toLowerCase())?.click();
  }
});
