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
  "desk.css": () => import("./browser/desk.css", { with: { type: "text" } }),
  "desk/api.js": () => import("./browser/desk/api.js", { with: { type: "text" } }),
  "desk/chart.js": () => import("./browser/desk/chart.js", { with: { type: "text" } }),
  "desk/day_page.js": () => import("./browser/desk/day_page.js", { with: { type: "text" } }),
  "desk/dialog.js": () => import("./browser/desk/dialog.js", { with: { type: "text" } }),
  "desk/dom.js": () => import("./browser/desk/dom.js", { with: { type: "text" } }),
  "desk/entries.js": () => import("./browser/desk/entries.js", { with: { type: "text" } }),
  "desk/format.js": () => import("./browser/desk/format.js", { with: { type: "text" } }),
  "desk/main.js": () => import("./browser/desk/main.js", { with: { type: "text" } }),
  "desk/notice.js": () => import("./browser/desk/notice.js", { with: { type: "text" } }),
  "desk/open_page.js": () => import("./browser/desk/open_page.js", { with: { type: "text" } }),
  "desk/parts.js": () => import("./browser/desk/parts.js", { with: { type: "text" } }),
  "desk/scopes.js": () => import("./browser/desk/scopes.js", { with: { type: "text" } }),
  "desk/session.js": () => import("./browser/desk/session.js", { with: { type: "text" } }),
  "desk/sign_in.js": () => import("./browser/desk/sign_in.js", { with: { type: "text" } }),
  "desk/texts.js": () => import("./browser/desk/texts.js", { with: { type: "text" } }),
  "desk/texts_en.js": () => import("./browser/desk/texts_en.js", { with: { type: "text" } }),
  "desk/texts_tr.js": () => import("./browser/desk/texts_tr.js", { with: { type: "text" } }),
  "desk/undelivered.js": () => import("./browser/desk/undelivered.js", { with: { type: "text" } }),
  "desk/user_actions.js": () =>
    import("./browser/desk/user_actions.js", { with: { type: "text" } }),
  "desk/user_page.js": () => import("./browser/desk/user_page.js", { with: { type: "text" } }),
  "desk/users_page.js": () => import("./browser/desk/users_page.js", { with: { type: "text" } }),
  "swagger-ui.css": () => import("swagger-ui-dist/swagger-ui.css", { with: { type: "text" } }),
  "swagger-ui-bundle.js": () =>
    import("swagger-ui-dist/swagger-ui-bundle.js", { with: { type: "text" } }),
}));
