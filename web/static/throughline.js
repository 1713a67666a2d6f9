// Throughline in the browser: the search key, copy buttons, countdowns, the
// reader's own time zone, and the badge of the live updates. Pages work without it.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);

  // Single-key shortcuts can be turned off, as WCAG 2.1.4 asks.
  const keys = $("keys");
  if (keys) {
    keys.closest("label").hidden = false;
    keys.checked = localStorage.getItem("keys") !== "off";
    keys.addEventListener("change", () => localStorage.setItem("keys", keys.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (e) => {
    const typing = e.target.closest("input, select, textarea, [contenteditable]");
    const palette = (e.ctrlKey || e.metaKey) && e.key === "k";
    const single = !typing && !e.ctrlKey && !e.metaKey && !e.altKey && keys?.checked;
    if (palette || (single && e.key === "/")) {
      e.preventDefault();
      $("q").focus();
      $("q").select();
    } else if (single && e.key === "p" && $("live")) {
      $("live").click();
    } else if (e.key === "Escape") {
      const menu = document.querySelector(".top details[open]");
      if (!menu) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A drawing that is wider than the screen opens at the object that was asked for.
  document.querySelectorAll(".graph .scroll").forEach((place) => {
    const box = (place.querySelector(".node.looked") ?? place.querySelector(".node.anchor"))?.getBoundingClientRect();
    if (box) place.scrollLeft += box.left + box.width / 2 - place.getBoundingClientRect().left - place.clientWidth / 2;
  });

  // The menu offers the browser's own zone first.
  const zone = $("zone");
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && mine && mine !== zone.value) {
    [...zone.options].filter((o) => o.value === mine).forEach((o) => o.remove());
    zone.prepend(new Option(mine + " (this browser)", mine));
  }

  const enliven = () => document.querySelectorAll("button.copy[hidden]").forEach((b) => (b.hidden = !navigator.clipboard));
  enliven();
  document.addEventListener("click", async (e) => {
    const copy = e.target.closest("button.copy");
    if (!copy) return;
    await navigator.clipboard.writeText(copy.dataset.copy);
    copy.classList.add("done");
    $("announce").textContent = "Copied";
    setTimeout(() => copy.classList.remove("done"), 1500);
  });

  // Deadlines are counted down here, so that the server's pages stand still.
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const span = (seconds) => {
    const i = Math.max(0, units.findIndex(([, n]) => seconds >= n));
    const at = seconds < 1 ? 3 : i;
    const [name, n] = units[at], [small, m] = units[at + 1] ?? ["", 1];
    const rest = small ? Math.floor((seconds % n) / m) : 0;
    return Math.floor(seconds / n) + " " + name + (rest ? " " + rest + " " + small : "");
  };
  const tick = () =>
    document.querySelectorAll("[data-countdown]").forEach((n) => {
      const left = (Date.parse(n.dataset.countdown) - Date.now()) / 1000;
      const text = left > 0 ? "in " + span(Math.ceil(left)) : "overdue for " + span(Math.floor(-left));
      n.classList.toggle("over", left <= 0);
      if (n.textContent !== text) n.textContent = text;
    });
  const count = () => (tick(), setTimeout(count, 1000 - (Date.now() % 1000)));
  count();

  const badge = $("live");
  if (!badge || !window.htmx) return;
  badge.hidden = false;

  htmx.config.wsReconnectDelay = (tries) => 200 + Math.random() * Math.min(5000, 400 * 2 ** tries);

  const say = (state, text) => {
    badge.dataset.state = state;
    if ($("live-text").textContent !== text) $("live-text").textContent = text;
  };
  const clock = () =>
    new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZone: $("main").dataset.zone, timeZoneName: "short" });

  let open = false, met = false, paused = false, pointed = false, heard = Date.now(), heardAt = clock(), waiting = new Map(), updates = 0;

  // What the server draws knows nothing of what the reader has opened or copied.
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node, change) =>
    !(name === "open" && node.tagName === "DETAILS") && !(name === "hidden" && node.matches("button.copy"));

  // What is counted down, and what the reader is typing, stays while it is about
  // the same thing.
  const same = (old, now, name) => !!old.dataset?.[name] && old.dataset[name] === now.dataset?.[name];
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, now) => !same(old, now, "countdown") && !same(old, now, "keep");

  // Rows do not move while they are pointed at or walked through by keyboard.
  const held = () => paused || pointed || !!document.activeElement?.closest("[data-hold]");
  const show = () => {
    if (paused) say("paused", updates ? "Paused, " + updates + " waiting" : "Paused");
    else if (!met) say("off", "Connecting");
    else if (!open) say("lost", "Stale since " + heardAt + ", reconnecting");
    else if (updates) say("paused", updates + " waiting");
    else say("live", "Live");
  };
  const flush = () => {
    if (held() || !updates) return show();
    const html = [...waiting.values()];
    waiting = new Map();
    updates = 0;
    html.forEach((part) => {
      part.removeAttribute("hx-swap-oob");
      Idiomorph.morph($(part.id), part, { morphStyle: "outerHTML" });
    });
    after();
  };
  let counts = "";
  const after = () => {
    enliven();
    tick();
    show();
    const now = [...document.querySelectorAll("[data-count]")].map((n) => n.textContent).join("; ");
    if (counts && now !== counts) $("announce").textContent = "Updated: " + now;
    counts = now;
  };
  after();

  document.addEventListener("pointerover", (e) => (pointed = e.pointerType === "mouse" && !!e.target.closest("[data-hold]")));
  document.addEventListener("pointerout", () => ((pointed = false), setTimeout(flush)));
  document.addEventListener("focusout", () => setTimeout(flush));
  badge.addEventListener("click", () => {
    paused = !paused;
    flush();
  });

  document.body.addEventListener("htmx:wsOpen", () => ((open = met = true), (heard = Date.now()), (heardAt = clock()), show()));
  document.body.addEventListener("htmx:wsClose", () => ((open = false), show()));
  document.body.addEventListener("htmx:wsBeforeMessage", (e) => {
    heard = Date.now();
    heardAt = clock();
    open = met = true;
    const parts = new DOMParser().parseFromString(e.detail.message, "text/html").body.children;
    if (!held() || [...parts].some((p) => p.id === "beat")) return;
    e.preventDefault();
    updates++;
    [...parts].forEach((p) => waiting.set(p.id, document.importNode(p, true)));
    show();
  });
  document.body.addEventListener("htmx:wsAfterMessage", after);

  // The server beats every 15 s; a line that is silent for 40 is not live.
  setInterval(() => {
    if (open && Date.now() - heard > 40000) {
      open = false;
      show();
    }
  }, 5000);
})();
