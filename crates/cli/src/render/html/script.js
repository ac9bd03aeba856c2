"use strict";
// The page is whole without this: it only adds a box that shows the sections whose name holds what is typed.
const sections = [...document.querySelectorAll("article[data-name]")];
if (sections.length > 3) {
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
  const chapters = [...document.querySelectorAll(".chapter")].filter((chapter) => chapter.querySelector("article"));
  chapters[0].before(box);
  const show = () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const section of sections) {
      section.hidden = !section.dataset.name.toLowerCase().includes(wanted);
      shown += section.hidden ? 0 : 1;
    }
    for (const chapter of chapters) {
      chapter.hidden = !chapter.querySelector("article:not([hidden])");
    }
    output.textContent = wanted ? `${shown} of ${sections.length}` : "";
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
