type Text = { readonly default: string };

/**
 * Every file that a page may load, under the name by which `/static/` gives it. A file that is not listed
 * is not served. They are imported as text and not read from the disk, so that the module loader finds
 * those of a package too, wherever it is kept and without a permission to read there.
 */
export const FILES: ReadonlyMap<string, () => Promise<Text>> = new Map(Object.entries({
  "kese.svg": () => import("./browser/kese.svg", { with: { type: "text" } }),
  "kese.css": () => import("./browser/kese.css", { with: { type: "text" } }),
  "home.js": () => import("./browser/home.js", { with: { type: "text" } }),
  "reference.css": () => import("./browser/reference.css", { with: { type: "text" } }),
  "reference.js": () => import("./browser/reference.js", { with: { type: "text" } }),
  "swagger-ui.css": () => import("swagger-ui-dist/swagger-ui.css", { with: { type: "text" } }),
  "swagger-ui-bundle.js": () =>
    import("swagger-ui-dist/swagger-ui-bundle.js", { with: { type: "text" } }),
}));
