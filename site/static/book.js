// What a page can do beyond being read: colours, contents on a phone, copying, keys.
(() => {
  const root = document.documentElement;
  // The page brings the words of its language; without them it is English.
  globalThis.say = (text, places = {}) => (JSON.parse(document.body.dataset.words || "{}")[text] ?? text)
    .replace(/\{(\w+)\}/g, (_, name) => places[name]);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remember = (theme) => {
    try { theme ? localStorage.setItem("theme", theme) : localStorage.removeItem("theme"); } catch { /* no storage */ }
  };
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const button = () => document.querySelector("button.theme");
  const colour = (theme) => {
    root.dataset.theme = theme;
    button()?.setAttribute("aria-pressed", theme === "dark");
  };
  const system = () => (dark.matches ? "dark" : "light");
  colour(["dark", "light"].includes(remembered()) ? remembered() : system());
  dark.addEventListener("change", () => remembered() || colour(system()));
  root.classList.add("js");

  // What is typed: in an example with prompts neither these nor what it prints.
  const typed = (text) => {
    const lines = text.replace(/\n$/, "").split("\n");
    const prompted = lines.filter((line) => /^(>>>|\.\.\.)( |$)/.test(line));
    return (lines[0].startsWith(">>>") ? prompted.map((line) => line.slice(4)) : lines).join("\n");
  };
  const copyText = async (text) => {
    try { return await navigator.clipboard.writeText(text); } catch { /* not from a plain address */ }
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "aside" });
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus({ preventScroll: true });
    if (!done) throw new Error("refused");
  };
  const addCopyButtons = () => {
    const news = Object.assign(document.createElement("p"), { className: "aside", role: "status" });
    document.body.append(news);
    document.querySelectorAll(":is(.cell_input, .highlight-python, .doctest) .highlight").forEach((code) => {
      const copy = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: say("Copy") });
      copy.title = say("Copy this code");
      copy.addEventListener("click", async () => {
        const said = await copyText(typed(code.querySelector("pre").textContent)).then(() => say("Copied"), () => say("Not copied"));
        copy.textContent = news.textContent = said;
        setTimeout(() => { copy.textContent = say("Copy"); news.textContent = ""; }, 2000);
      });
      code.append(copy);
    });
  };

  // Sections below the screen are laid out one by one after the page has come: a phone starts
  // sooner. Not where the reader comes to a place within the page.
  const arrives = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (arrives && !location.hash) root.classList.add("late");

  // What scrolls inside itself must be reachable by keyboard, and nothing else need be.
  const measure = (part) => {
    const boxes = [...part.querySelectorAll("pre, .math, .wide")];
    const scrolling = boxes.map((box) => box.scrollWidth > box.clientWidth + 1); // all read, then all written
    boxes.forEach((box, i) => {
      if (scrolling[i]) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  };
  const settle = () => {
    const parts = [...document.querySelectorAll("article > section > section")];
    const next = () => {
      const part = parts.shift();
      if (part) {
        part.style.contentVisibility = "visible";
        measure(part);
        setTimeout(next, 10);
      } else {
        root.classList.remove("late");
        measure(document);
        addCopyButtons();
        root.classList.add("settled");
      }
    };
    setTimeout(next);
  };

  const followSections = () => {
    const links = new Map([...document.querySelectorAll(".page-toc a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
    const watch = new IntersectionObserver((entries) => {
      const seen = entries.filter((entry) => entry.isIntersecting).pop();
      if (!seen) return;
      links.forEach((a) => a.removeAttribute("aria-current"));
      links.get(seen.target.closest("section").id)?.setAttribute("aria-current", "true");
    }, { rootMargin: "-10% 0px -70% 0px" });
    document.querySelectorAll("article h2, article h3").forEach((heading) => watch.observe(heading));
  };

  document.addEventListener("DOMContentLoaded", () => {
    colour(root.dataset.theme);
    button().addEventListener("click", () => {
      colour(root.dataset.theme === "dark" ? "light" : "dark");
      remember(root.dataset.theme === system() ? null : root.dataset.theme);
    });
    const menu = document.querySelector("button.menu");
    const toggle = (open) => menu.setAttribute("aria-expanded", open);
    menu.addEventListener("click", () => toggle(menu.getAttribute("aria-expanded") !== "true"));
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && menu.getAttribute("aria-expanded") === "true") { toggle(false); menu.focus(); }
      if (event.key === "/" && !event.target.closest("input:not([type=range]), textarea") && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        document.querySelector(".bar input").focus();
      }
    });
    followSections();
    document.querySelector(".language")?.addEventListener("click", (event) => { // to the same place
      const here = document.querySelector(".page-toc [aria-current]");
      event.currentTarget.hash = here && scrollY > innerHeight / 2 ? here.hash : "";
    });
    document.querySelector(".forget").addEventListener("click", forget);
    document.addEventListener("gd-ask", showAnswered);
    showAnswered();
    addEventListener("load", settle);
    addEventListener("resize", () => measure(document));
    document.addEventListener("toggle", (event) => measure(event.target), true);
  });

  // What the reader has answered is kept on this machine by gdlib's question.js. The contents show how
  // much of a page that is, and let it be forgotten.
  const ours = () => { try { return Object.keys(localStorage).filter((key) => /^gd-ask(ed)? /.test(key)); } catch { return []; } };
  const showAnswered = () => {
    const named = (page) => `${root.lang}/${page}`; // as question.js names it
    const page = named(document.body.dataset.page);
    const asked = document.querySelectorAll(".gd-ask").length;
    const [kept, done] = [ours(), new Map()];
    if (asked && kept.length) localStorage.setItem(`gd-asked ${page}`, asked);
    for (const key of kept) {
      const [kind, where] = key.split(" ");
      const state = kind === "gd-ask" && JSON.parse(localStorage.getItem(key)).state;
      if (["right", "kept"].includes(state)) done.set(where, (done.get(where) || 0) + 1);
    }
    const base = new URL(root.dataset.content_root, location.href).href;
    document.querySelectorAll(".contents .mark").forEach((mark) => mark.remove());
    document.querySelectorAll(".contents a").forEach((link) => {
      const where = link.ariaCurrent ? page : named(decodeURI(link.href.slice(base.length).replace(/\.html.*/, "")));
      if (!done.has(where)) return;
      const all = localStorage.getItem(`gd-asked ${where}`);
      link.append(Object.assign(document.createElement("span"), { className: "mark", textContent: say(" {done} of {all}", { done: done.get(where), all }) }));
    });
    document.querySelector(".forget").hidden = !kept.length;
  };
  const forget = () => {
    ours().forEach((key) => localStorage.removeItem(key));
    location.reload();
  };

  // Hints and answers are worth their paper; drawing code is not. Answers to questions that can be
  // answered stand at the end.
  let opened = [];
  const answers = () => {
    const list = document.createElement("ol");
    document.querySelectorAll(".gd-ask").forEach((form, i) => {
      const answer = form.querySelector("details:last-of-type:not(.gd-notes) > p");
      if (!answer) return; // a guess
      const item = Object.assign(document.createElement("li"), { value: i + 1 });
      item.append(...answer.cloneNode(true).childNodes);
      list.append(item);
    });
    const part = Object.assign(document.createElement("section"), { className: "gd-answers", innerHTML: `<h2>${say("Answers")}</h2>` });
    part.append(list);
    if (list.children.length) document.querySelector("article").append(part);
  };
  addEventListener("beforeprint", () => {
    document.querySelectorAll("img[loading]").forEach((image) => { image.loading = "eager"; });
    answers();
    opened = [...document.querySelectorAll("article details:not([open], .hide:not(.answer), .sections)")];
    opened.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => {
    opened.forEach((details) => { details.open = false; });
    document.querySelector(".gd-answers")?.remove();
  });
})();
