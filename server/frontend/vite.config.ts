import { defineConfig, type Plugin } from "vite";

/** The most bytes that a chunk may have, before it is compressed, by the name of its entry. */
const BUDGETS: Record<string, number> = { site: 8_000 };

/** Fails the build when a page would load more than it is worth. */
function budgets(): Plugin {
  return {
    name: "budgets",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const most = BUDGETS[chunk.name];
        if (most === undefined) this.error(`${chunk.name} has no budget in vite.config.ts`);
        else if (chunk.code.length > most) this.error(`${chunk.name} has ${chunk.code.length} bytes, above its ${most}`);
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [budgets()],
  build: {
    target: "es2020",
    assetsInlineLimit: 0,
    assetsDir: "",
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    rollupOptions: { input: { site: "src/site.ts" } },
  },
});
