/**
 * Lint plugin that keeps the layers apart (`routes -> domain <- infra`, put together by main.ts):
 *
 * - `layers/imports`: who may import whom;
 * - `layers/globals`: domain/ is pure, routes/ does not know what it runs on;
 * - `layers/environment`: main.ts alone reads the environment.
 *
 * scripts/ and tests/ stand outside the layers, and may do anything.
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { isGlobal, membersTaken } from "./free_identifiers.ts";

type Node = Deno.lint.Node;
type Context = Deno.lint.RuleContext;

const LAYERS = ["domain", "routes", "infra"] as const;
type Layer = typeof LAYERS[number];

/** What no file of the layer may import from this repository, by top-level name, and why. */
const IMPORTS: Readonly<Record<Layer, { isAllowed(name: string): boolean; why: string }>> = {
  domain: {
    isAllowed: (name) => name === "domain",
    why: "domain/ imports only itself: what it needs comes as an argument or through a port",
  },
  routes: {
    isAllowed: (name) => !["infra", "main.ts", "scripts", "tests"].includes(name),
    why: "routes/ reaches infra/ only through the ports of domain/, which main.ts fills",
  },
  infra: {
    isAllowed: (name) => !["routes", "main.ts", "scripts", "tests"].includes(name),
    why: "infra/ implements the ports of domain/ and knows no caller",
  },
};

/** Globals that do I/O, tell the time or another secret of the machine, or lead to one that does. */
const IMPURE = new Set([
  ..."Deno process navigator globalThis self Buffer".split(" "),
  ..."console fetch WebSocket EventSource XMLHttpRequest Worker BroadcastChannel".split(" "),
  ..."caches localStorage sessionStorage alert confirm prompt".split(" "),
  ..."crypto performance setTimeout setInterval setImmediate queueMicrotask".split(" "),
]);

/** Members that make an otherwise pure global impure. */
const IMPURE_MEMBERS: Readonly<Record<string, string>> = {
  Date: "now",
  Math: "random",
  Temporal: "Now",
};

const plugin: Deno.lint.Plugin = {
  name: "layers",
  rules: {
    imports: { create: checkImports },
    globals: { create: checkGlobals },
    environment: { create: checkEnvironment },
  },
};
export default plugin;

function checkImports(context: Context): Deno.lint.LintVisitor {
  const layer = layerOf(context.filename);
  if (layer === undefined) return {};
  const { isAllowed, why } = IMPORTS[layer];

  function check(node: Node, source: Node | null): void {
    if (source === null) return; // `export { a }` exports from nowhere
    const specifier = source.type === "Literal" && typeof source.value === "string"
      ? source.value
      : undefined;
    if (specifier === undefined) {
      context.report({ node, message: `The name of a module must be plain text: ${why}.` });
      return;
    }
    const target = topLevelName(specifier, context.filename);
    const isFine = target === undefined ? layer !== "domain" : isAllowed(target);
    if (!isFine) context.report({ node, message: `Cannot import ${specifier}: ${why}.` });
  }

  return {
    ImportDeclaration: (node) => check(node, node.source),
    ExportNamedDeclaration: (node) => check(node, node.source),
    ExportAllDeclaration: (node) => check(node, node.source),
    ImportExpression: (node) => check(node, node.source),
    TSImportType: ({ argument }) =>
      check(argument, argument.type === "TSLiteralType" ? argument.literal : argument),
  };
}

function checkGlobals(context: Context): Deno.lint.LintVisitor {
  const layer = layerOf(context.filename);
  if (layer !== "domain" && layer !== "routes") return {};

  return {
    Identifier(node) {
      const what = layer === "domain" ? impurity(node) : node.name === "Deno" ? "Deno" : undefined;
      if (what === undefined || !isGlobal(node, context.sourceCode.getAncestors(node))) return;
      const message =
        `Cannot use ${what} in ${layer}/: it must come as an argument or through a port.`;
      context.report({ node, message });
    },
  };
}

function checkEnvironment(context: Context): Deno.lint.LintVisitor {
  // main.ts and what stands outside the layers have no layer.
  if (layerOf(context.filename) === undefined) return {};
  const message =
    "Cannot read the environment here: only main.ts does, and passes on what it read.";

  return {
    Identifier(node) {
      if (node.name !== "Deno" && node.name !== "process") return;
      if (!membersTaken(node).includes("env")) return;
      // An imported `process` reads the same environment as the global one.
      context.report({ node, message });
    },
    ImportSpecifier(node) {
      const isProcess = /^(node:)?process$/.test(String(node.parent.source?.value));
      if (isProcess && nameIs(node.imported, "env")) context.report({ node, message });
    },
  };
}

/** What is impure about this use of a global, if anything: `fetch`, `Date.now`, `new Date()`. */
function impurity(node: Deno.lint.Identifier): string | undefined {
  const { name, parent } = node;
  if (IMPURE.has(name)) return name;
  const member = IMPURE_MEMBERS[name];
  if (member !== undefined && membersTaken(node).includes(member)) return `${name}.${member}`;
  if (name !== "Date") return undefined;
  const isNow = parent.type === "NewExpression" && parent.callee === node &&
    parent.arguments.length === 0;
  // Called without `new`, Date is the present time as text, whatever its arguments.
  if (isNow) return "new Date()";
  return parent.type === "CallExpression" && parent.callee === node ? "Date()" : undefined;
}

function layerOf(filename: string): Layer | undefined {
  const name = topLevelName(pathToFileURL(filename).href, filename);
  return LAYERS.find((layer) => layer === name);
}

/** `routes` for `../routes/app.ts`; undefined for a package and for what is not in this repository. */
function topLevelName(specifier: string, importer: string): string | undefined {
  if (!/^(\.{0,2}\/|file:)/.test(specifier)) return undefined;
  const root = new URL("../", import.meta.url).href;
  const { href } = new URL(specifier, pathToFileURL(importer));
  return href.startsWith(root) ? href.slice(root.length).split("/")[0] : undefined;
}

function nameIs(node: Node, name: string): boolean {
  return node.type === "Identifier" ? node.name === name : "value" in node && node.value === name;
}
