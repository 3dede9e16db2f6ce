import { assert, assertEquals, assertGreater } from "@std/assert";
import { holdsCardNumber, maskCardNumbers } from "../domain/card_number_search.ts";
import * as limits from "../domain/limits.ts";
import { chooseRequestId } from "../routes/http/request_id.ts";
import { userNo } from "../routes/contract/fields.ts";
import { description } from "../routes/contract/money_fields.ts";
import { email } from "../routes/contract/person_fields.ts";
import { COMPUTED_ENOUGH_MILLISECONDS, computedMilliseconds } from "./support/computed_time.ts";

const ROOT = new URL("../", import.meta.url);
const SHORT = 800;
const TIMES_AS_LONG = 8;
/** Eight for what is linear, sixty-four for what is quadratic. */
const RATIO_MAX = 20;
/** What takes less at the long size needs no second look: a quadratic pattern takes many times as much. */
const QUICK_MILLISECONDS = 2;
const QUICK_LOOKS = 8;

function timeOf(run: () => unknown): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

/** Whether `run` takes eight times as long, and not sixty-four, for a text that is eight times as long. */
function isLinear(run: (text: string) => unknown, textOf: (length: number) => string): boolean {
  const [short, long] = [textOf(SHORT), textOf(TIMES_AS_LONG * SHORT)];
  for (let look = 0; look < QUICK_LOOKS; look++) {
    if (timeOf(() => run(long)) < QUICK_MILLISECONDS) return true;
  }
  const started = computedMilliseconds();
  let runs = 0;
  for (; computedMilliseconds() - started < COMPUTED_ENOUGH_MILLISECONDS; runs++) run(long);
  const between = computedMilliseconds();
  for (let again = 0; again < TIMES_AS_LONG * runs; again++) run(short);
  const [longTime, shortTime] = [between - started, computedMilliseconds() - between];
  return longTime / (shortTime / TIMES_AS_LONG) < RATIO_MAX;
}

function* sourceFiles(directory: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) yield* sourceFiles(new URL(`${name}/`, directory));
    else if (name.endsWith(".ts")) yield new URL(name, directory);
  }
}

/** Every pattern that a file writes down, as a literal or in `new RegExp`. */
function patternsOf(file: URL): RegExp[] {
  const patterns: RegExp[] = [];
  const texts: (Deno.lint.Node | undefined)[] = [];
  const constants = new Map<string, Deno.lint.Node>();
  const create = (): Deno.lint.LintVisitor => ({
    Literal(node) {
      if ("regex" in node && node.regex) {
        patterns.push(new RegExp(node.regex.pattern, node.regex.flags));
      }
    },
    VariableDeclarator({ id, init }) {
      if (id.type === "Identifier" && init) constants.set(id.name, init);
    },
    "NewExpression[callee.name=RegExp]"({ arguments: [text] }: Deno.lint.NewExpression) {
      texts.push(text);
    },
  });
  const plugin = { name: "patterns", rules: { collect: { create } } };
  Deno.lint.runPlugin(plugin, file.pathname, Deno.readTextFileSync(file));
  return [...patterns, ...texts.map((text) => new RegExp(textOf(text, constants)))];
}

/** The text that an expression of templates and constants makes. */
function textOf(
  node: Deno.lint.Node | null | undefined,
  constants: ReadonlyMap<string, Deno.lint.Node>,
): string {
  switch (node?.type) {
    case "Literal":
      return String(node.value);
    case "Identifier": {
      const limit = Reflect.get(limits, node.name);
      return limit === undefined ? textOf(constants.get(node.name), constants) : String(limit);
    }
    case "BinaryExpression":
      return textOf(node.left, constants) + textOf(node.right, constants);
    case "TaggedTemplateExpression":
    case "TemplateLiteral": {
      const { quasis, expressions } = node.type === "TemplateLiteral" ? node : node.quasi;
      const form = node.type === "TemplateLiteral" ? "cooked" : "raw";
      return quasis.map((quasi, place) => {
        const expression = expressions[place];
        return quasi[form] + (expression ? textOf(expression, constants) : "");
      }).join("");
    }
    default:
      throw new Error(`Cannot read a pattern that is made by a ${node?.type}`);
  }
}

/** The repetition for which a pattern is not linear: of one character after another one, or of two by turns. */
function worstRepetition(pattern: RegExp): string | undefined {
  const alphabet = [...new Set(`${pattern.source}0a -*ş\u0301`)];
  const run = (text: string): unknown => text.replace(pattern, "");
  run("to compile it");
  return alphabet.flatMap((one) => alphabet.map((other) => [one, other] as const)).flatMap(
    ([one, other]) => [
      [`${one}(${other})*`, (length: number) => `${one}${other.repeat(length)}\0`] as const,
      [
        `(${one}${other})*`,
        (length: number) => `${`${one}${other}`.repeat(length / 2)}\0`,
      ] as const,
    ],
  ).find(([, textOf]) => !isLinear(run, textOf))?.[0];
}

Deno.test("worstRepetition() tells patterns that are quadratic from those that are linear", () => {
  const quadratic = [
    /\s+$/,
    /(\d+-)*x/,
    /^(a*)(a*)$/,
    /(?<![\da-z])(?=[\d-]*[a-f])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\da-z])/gi,
  ];
  for (const pattern of quadratic) assert(worstRepetition(pattern), String(pattern));
  for (const pattern of [/^\s+/, /^(\d+-)*x/, /\d/g, /a{3}b/]) {
    assertEquals(worstRepetition(pattern), undefined, String(pattern));
  }
});

Deno.test("every pattern of the sources takes time that grows no faster than a text", () => {
  const files = ["domain/", "routes/", "infra/"]
    .flatMap((directory) => [...sourceFiles(new URL(directory, ROOT))]);
  let patterns = 0;
  for (const file of [...files, new URL("main.ts", ROOT)]) {
    for (const pattern of patternsOf(file)) {
      patterns++;
      const worst = worstRepetition(pattern);
      assertEquals(worst, undefined, `${pattern} in ${file.pathname} is not linear for ${worst}`);
    }
  }
  assertGreater(patterns, 40);
});

const WORST_PARTS = [
  ..."0,4,0-,4 ,42.,4242 ,4\u200b,*,4********,a,ş,４,+1,TR,TR00 ,\u0301".split(","),
  "5b0d6a99-1ae2-4ed3-9a41-74956222888e ",
  "TR33 0006 1005 1978 6457 8413 26 ",
  "4242424242424242, ",
  `4${" ".repeat(99)}`,
];

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  "holdsCardNumber()": holdsCardNumber,
  "maskCardNumbers()": maskCardNumbers,
  "chooseRequestId()": (text) =>
    chooseRequestId(
      new Headers({ "x-request-id": text.replaceAll(/[^!-~]/g, "_") }),
      () => "new",
    ),
  userNo: (text) => userNo.safeParse(text),
  description: (text) => description.safeParse(text),
  email: (text) => email.safeParse(`${text}@${text}`),
};

for (const [name, reader] of Object.entries(READERS)) {
  Deno.test(`${name} takes time that grows no faster than a text`, () => {
    for (const part of WORST_PARTS) {
      const textOf = (length: number): string => part.repeat(Math.ceil(length / part.length));
      assert(isLinear(reader, textOf), JSON.stringify(part));
    }
  });
}
