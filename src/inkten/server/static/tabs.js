// One of several panels is shown at a time: the tabs pattern of ARIA.

export class Tabs {
  // `parts` by the id of their panel: told with `open` whether they are shown.
  constructor(list, parts) {
    this.parts = parts;
    this.tabs = [...list.querySelectorAll("[role=tab]")];
    for (const tab of this.tabs) tab.onclick = () => this.#choose(tab);
    list.addEventListener("keydown", (event) => this.#move(event));
    this.#choose(this.tabs[0]);
  }

  #choose(chosen) {
    for (const tab of this.tabs) {
      const isChosen = tab === chosen;
      const id = tab.getAttribute("aria-controls");
      tab.setAttribute("aria-selected", isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(id).hidden = !isChosen;
      this.parts[id]?.open(isChosen);
    }
  }

  #move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const count = this.tabs.length;
    const next = this.tabs[(this.tabs.indexOf(event.target) + step + count) % count];
    this.#choose(next);
    next.focus();
  }
}
