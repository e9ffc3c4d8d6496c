// Moves every figure of gdlib.explore on the page. Each figure carries this same text; the
// first copy that runs after a figure wires it, and the others leave it alone.
(() => {
  const SAY_MS = 600; // rest before a new picture is announced

  const wire = (figure) => {
    figure.setAttribute("data-gd-wired", "");
    const inputs = [...figure.querySelectorAll("input")];
    const values = inputs.map((input) => JSON.parse(input.getAttribute("data-values")));
    const states = figure.querySelector("template").content.children;
    const picture = figure.querySelector(".gd-panels");
    const news = figure.querySelector(".gd-news");
    let saying;

    const show = () => {
      const index = inputs.reduce((sum, input, i) => sum * values[i].length + Number(input.value), 0);
      const state = states[index];
      picture.querySelectorAll(".gd-state").forEach((layer, panel) => {
        layer.replaceChildren(...document.importNode(state.children[panel], true).childNodes);
      });
      picture.setAttribute("aria-label", state.getAttribute("data-alt"));
      inputs.forEach((input, i) => {
        const text = values[i][input.value];
        input.setAttribute("aria-valuetext", text);
        input.parentNode.querySelector("output").textContent = text;
      });
      clearTimeout(saying);
      saying = setTimeout(() => { news.textContent = picture.getAttribute("aria-label"); }, SAY_MS);
    };

    const addPlay = (input, button) => {
      const still = matchMedia("(prefers-reduced-motion: reduce)");
      const label = input.getAttribute("aria-label");
      const say = (word) => {
        button.textContent = word;
        button.setAttribute("aria-label", `${word} ${label}`);
      };
      const [play, pause] = [button.textContent, button.getAttribute("data-pause")];
      let timer;
      const stop = () => {
        clearInterval(timer);
        timer = undefined;
        say(play);
      };
      const tick = () => {
        if (input.value === input.max || still.matches) return stop();
        input.value = Number(input.value) + 1;
        show();
      };
      button.addEventListener("click", () => {
        if (timer !== undefined) return stop();
        if (input.value === input.max) input.value = input.min;
        say(pause);
        timer = setInterval(tick, Number(button.getAttribute("data-interval")));
        show();
      });
      inputs.forEach((any) => any.addEventListener("input", stop));
      button.hidden = false;
    };

    inputs.forEach((input) => {
      input.value = input.defaultValue; // a reloaded page may remember another one
      input.hidden = false;
      input.addEventListener("input", show);
      const button = input.closest(".gd-control").querySelector("button");
      if (button) addPlay(input, button);
    });
  };

  document.querySelectorAll(".gd-explore:not([data-gd-wired])").forEach(wire);
})();
