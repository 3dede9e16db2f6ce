/**
 * Lint plugin that keeps the rooms apart (`routes -> domain <- infra`, assembled by main.ts):
 *
 * - `layers/imports`: which room may import which;
 * - `layers/globals`: a rule is synchronous and takes neither time nor randomness from the machine, and
 *   routes/ and client/ do not know what they run on. The other globals do not exist in domain/, which is
 *   type-checked without them (`check_types.ts`);
 * - `layers/environment`: only main.ts reads the environment.
 *
 * scripts/ and tests/ are not rooms and may do anything.
 *
 * @module
 */

import { pathToFileURL } from "node:url";

type Node = Deno.lint.Node;
type Context = Deno.lint.RuleContext;
type Visitor = Deno.lint.LintVisitor;

/** Which files of this repository a room may import, and why. A room inside another comes first. */
const ROOMS = {
  "domain/ports/": {
    mayImport: /^domain\/(ports\/|[^/]+$)/,
    why: "a port is described in words of the rules and of other ports",
  },
  "domain/workflows/": {
    mayImport: /^domain\//,
    why: "a workflow takes its steps over ports, and knows no technology",
  },
  "domain/": {
    mayImport: /^domain\/[^/]+$/,
    why: "a rule imports only other rules; what it needs is an argument",
  },
  "routes/": {
    mayImport: /^(?!infra\/|main\.ts$|scripts\/|tests\/)/,
    why: "routes/ reaches infra/ only through the ports of domain/, which main.ts fills",
  },
  "infra/": {
    mayImport: /^(?!routes\/|main\.ts$|scripts\/|tests\/)/,
    why: "infra/ implements the ports of domain/ and knows no caller",
  },
  "client/": {
    mayImport: /^client\//,
    why: "whoever installs the client has nothing else of Kese",
  },
} as const;
type Room = keyof typeof ROOMS;

const CLOCK_AND_CHANCE = [
  ...["Date.now", "Math.random", "Temporal.Now"].flatMap(toMemberSelectors),
  "VariableDeclarator[init.name=/^(Date|Math|Temporal)$/]",
  "NewExpression[callee.name='Date'][arguments.length=0]",
  "CallExpression[callee.name='Date']",
];
const ASYNCHRONY = ["Identifier[name='Promise']", "[async=true]", "AwaitExpression"];
const ENVIRONMENT = [
  ...["Deno.env", "process.env"].flatMap(toMemberSelectors),
  "VariableDeclarator[init.name=/^(Deno|process)$/]",
  "ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name='env']",
];

/** Makes selectors for a member of a global: `Date.now` and `Date["now"]`. */
function toMemberSelectors(member: string): string[] {
  const [object, property] = member.split(".");
  return ["name", "value"].map((key) =>
    `MemberExpression[object.name='${object}'][property.${key}='${property}']`
  );
}

const plugin: Deno.lint.Plugin = {
  name: "layers",
  rules: {
    imports: { create: checkImports },
    globals: { create: checkGlobals },
    environment: { create: checkEnvironment },
  },
};
export default plugin;

function checkImports(context: Context): Visitor {
  const room = findRoom(context.filename);
  if (room === undefined) return {};
  const { mayImport, why } = ROOMS[room];

  function check(node: Node, source: Node | null): void {
    if (source === null) return; // `export { a }` exports from nowhere
    const specifier = source.type === "Literal" ? source.value : undefined;
    if (typeof specifier !== "string") {
      context.report({ node, message: `The name of a module must be plain text: ${why}.` });
      return;
    }
    const path = toRepositoryPath(new URL(specifier, pathToFileURL(context.filename)).href);
    const isPackage = !/^(\.{0,2}\/|file:)/.test(specifier);
    const isFine = isPackage || path === undefined
      ? !room?.startsWith("domain/")
      : mayImport.test(path);
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

function checkGlobals(context: Context): Visitor {
  const room = findRoom(context.filename);
  const message = "Cannot use this here: it must come as an argument or through a port.";
  if (room === "routes/" || room === "client/") {
    return refuse(context, ["Identifier[name='Deno']"], message);
  }
  if (room === undefined || room === "infra/") return {};
  const selectors = room === "domain/" ? [...CLOCK_AND_CHANCE, ...ASYNCHRONY] : CLOCK_AND_CHANCE;
  return refuse(context, selectors, message);
}

function checkEnvironment(context: Context): Visitor {
  if (findRoom(context.filename) === undefined) return {};
  const message =
    "Cannot read the environment here: only main.ts does, and passes on what it read.";
  return refuse(context, ENVIRONMENT, message);
}

function refuse(context: Context, selectors: readonly string[], message: string): Visitor {
  const report = (node: Node) => context.report({ node, message });
  return Object.fromEntries(selectors.map((selector) => [selector, report]));
}

function findRoom(filename: string): Room | undefined {
  const path = toRepositoryPath(pathToFileURL(filename).href);
  return (Object.keys(ROOMS) as Room[]).find((room) => path?.startsWith(room));
}

/** Gives `routes/app.ts` for that file; undefined for a file outside of this repository. */
function toRepositoryPath(href: string): string | undefined {
  const root = new URL("../", import.meta.url).href;
  return href.startsWith(root) ? href.slice(root.length) : undefined;
}
