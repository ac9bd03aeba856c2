"use strict";
// The page is complete without this: it only adds a box that shows the sections and rows whose name holds what is typed.
const named = [...document.querySelectorAll("article[data-name], tr[data-name]:not([data-name=''])")];
if (named.length > 3) {
  const box = document.createElement("p");
  box.className = "filter";
  const label = document.createElement("label");
  label.htmlFor = "filter";
  label.textContent = "Show only";
  const input = document.createElement("input");
  input.id = "filter";
  input.type = "search";
  input.placeholder = "part of a name";
  const output = document.createElement("output");
  output.htmlFor = "filter";
  box.append(label, input, output);
  const shown = "[data-name]:not([data-name='']):not([hidden])";
  const holders = [...document.querySelectorAll(".chapter, details.others")];
  const searched = holders.filter((holder) => holder.querySelector("[data-name]:not([data-name=''])"));
  searched[0].before(box);
  const show = () => {
    const wanted = input.value.trim().toLowerCase();
    const found = new Set();
    for (const it of named) {
      it.hidden = !it.dataset.name.toLowerCase().includes(wanted);
      if (!it.hidden) found.add(it);
    }
    for (const holder of searched) {
      holder.hidden = !holder.querySelector(shown);
      // What was folded away is what is searched for.
      if (holder.tagName === "DETAILS") holder.open = wanted !== "";
    }
    output.textContent = wanted ? `${found.size} of ${named.length}` : "";
  };
  input.addEventListener("input", show);
  // A link into a section that is hidden shows all again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.hidden) {
      input.value = "";
      show();
      target.scrollIntoView();
    }
  });
}
