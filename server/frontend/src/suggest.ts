/**
 * Things suggested below a search box while somebody types.
 *
 * Source: WAI-ARIA Authoring Practices, pattern "combobox", with a list box popup and manual selection.
 */

const WAIT_MS = 120;
const MOST = 8;

interface Suggestion {
  id: string;
  name: string;
  description?: string;
}

/** Lets the one field of *form* suggest what `data-suggest` finds; `data-base` IRIs have pages below `data-root`. */
export function suggest(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("input[type=search]");
  const { suggest: address, base, root, label } = form.dataset;
  if (field === null || address === undefined || base === undefined || root === undefined) return;
  const list = listBelow(field, label ?? "");
  let asked: AbortController | null = null;
  let timer = 0;

  const close = (): void => {
    window.clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  const ask = async (): Promise<void> => {
    const words = field.value.trim();
    if (words === "") return close();
    asked?.abort();
    const mine = (asked = new AbortController());
    try {
      const query = new URLSearchParams({ prefix: words, limit: String(MOST) });
      const answer = await fetch(`${address}?${query}`, { signal: mine.signal });
      if (!answer.ok) return close();
      const told = (await answer.json()) as { result: Suggestion[] };
      if (mine.signal.aborted || document.activeElement !== field) return;
      list.replaceChildren(...told.result.map((found, place) => option(found, `${list.id}-${place}`, base, root)));
      list.hidden = told.result.length === 0;
      field.setAttribute("aria-expanded", String(!list.hidden));
      field.removeAttribute("aria-activedescendant");
    } catch {
      if (!mine.signal.aborted) close();
    }
  };

  const later = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), WAIT_MS);
  };

  // Letters that an input method is still composing are no words yet.
  field.addEventListener("input", (event) => {
    if (!(event as InputEvent).isComposing) later();
  });
  field.addEventListener("compositionend", later);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(field, list, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter") {
      const chosen = list.querySelector<HTMLElement>("[aria-selected=true]");
      if (chosen === null) return;
      event.preventDefault();
      chosen.click();
    }
  });
  // Pressing on a suggestion must not take the focus away, which would close the list before it is clicked.
  list.addEventListener("mousedown", (event) => event.preventDefault());
}

function listBelow(field: HTMLInputElement, label: string): HTMLUListElement {
  const list = document.createElement("ul");
  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  field.after(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");
  return list;
}

function option(found: Suggestion, id: string, base: string, root: string): HTMLLIElement {
  const item = document.createElement("li");
  item.id = id;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const name = document.createElement("span");
  name.textContent = found.name;
  item.append(name);
  if (found.description !== undefined) {
    const more = document.createElement("span");
    more.className = "small soft";
    more.textContent = found.description;
    item.append(more);
  }
  if (found.id.startsWith(base)) {
    // The whole address is ours up to here, whatever the rest of the IRI looks like.
    const address = `${location.origin}${root}/${encodeURI(found.id.slice(base.length))}`;
    item.addEventListener("click", () => location.assign(address));
  }
  return item;
}

/** Marks the next or the previous suggestion; beyond either end, none. */
function move(field: HTMLInputElement, list: HTMLUListElement, step: 1 | -1): void {
  const options = [...list.children];
  const before = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  const after = before < 0 && step < 0 ? options.length - 1 : before + step;
  options[before]?.setAttribute("aria-selected", "false");
  const chosen = options[after];
  chosen?.setAttribute("aria-selected", "true");
  chosen?.scrollIntoView({ block: "nearest" });
  if (chosen === undefined) field.removeAttribute("aria-activedescendant");
  else field.setAttribute("aria-activedescendant", chosen.id);
}
