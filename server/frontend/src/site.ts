/** What scripts add to every page. Without them, each page works as it is. */

import { keepState } from "./state";
import { suggest } from "./suggest";

keepState();
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-suggest]")) suggest(form);
