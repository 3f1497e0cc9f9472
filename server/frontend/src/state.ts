/**
 * What a reader has typed, and where they are, is still there after they have chosen another language or theme:
 * both are links to the same page, which is loaded anew.
 */

const KEY = "cppcc-graph: state";
const FIELDS = "input[id]:not([type=hidden]), textarea[id], select[id]";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface State {
  path: string;
  values: Record<string, string>;
  scrolled: number;
}

/** Restores what the page before has left, and leaves it for the next one when a switch is used. */
export function keepState(): void {
  restore(taken());
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-keeps]")) {
    link.addEventListener("click", () => leave(link.pathname));
  }
}

function leave(path: string): void {
  const values: Record<string, string> = {};
  for (const field of document.querySelectorAll<Field>(FIELDS)) {
    if (field.value !== initial(field)) values[field.id] = field.value;
  }
  const state: State = { path, values, scrolled: window.scrollY };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // A browser that keeps nothing loses what was typed, as it would without scripts.
  }
}

function taken(): State | null {
  try {
    const kept = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return kept === null ? null : (JSON.parse(kept) as State);
  } catch {
    return null;
  }
}

function restore(state: State | null): void {
  if (state === null || state.path !== location.pathname) return;
  for (const [id, value] of Object.entries(state.values)) {
    const field = document.getElementById(id);
    if (field !== null && field.matches(FIELDS)) (field as Field).value = value;
  }
  window.scrollTo({ top: state.scrolled, behavior: "instant" });
}

/** What the field held when the page was loaded. */
function initial(field: Field): string {
  if (!(field instanceof HTMLSelectElement)) return field.defaultValue;
  const chosen = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return chosen?.value ?? "";
}
