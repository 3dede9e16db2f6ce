import { assert, assertEquals, assertGreater } from "@std/assert";
import dashboard from "../docs/grafana_dashboard.json" with { type: "json" };
import { toFileUrl } from "../scripts/placed_table.ts";

const SOURCE = await Deno.readTextFile(toFileUrl("infra/telemetry/open_telemetry.ts"));
const PAGE = await Deno.readTextFile(toFileUrl("docs/observability.md"));
const COUNTERS = [...SOURCE.matchAll(/counter\("([\w.]+)"/g)].map(([, name]) => `kese.${name}`);
const HISTOGRAMS = [...SOURCE.matchAll(/histogram\("([\w.]+)", \{\s+unit: "([^"]+)"/g)]
  .map(([, name, unit]) => ({ name: `kese.${name}`, unit }));
const OTHERS = [...SOURCE.matchAll(/create(?:UpDownCounter|Gauge)\("([\w.]+)"/g)].map(([, name]) =>
  name ?? ""
);

/** Every metric as Prometheus names it. */
const IN_PROMETHEUS = [
  ...COUNTERS.map((name) => `${toUnderscores(name)}_total`),
  ...HISTOGRAMS.flatMap(({ name, unit }) => {
    const base = `${toUnderscores(name)}${unit === "s" ? "_seconds" : ""}`;
    return [`${base}_bucket`, `${base}_count`];
  }),
  ...OTHERS.map(toUnderscores),
];

function toUnderscores(name: string): string {
  return name.replaceAll(".", "_");
}

/** The metrics of an expression, without the labels that it selects and sums by. */
function metricsOf(expression: string): string[] {
  const bare = expression.replaceAll(/\bby \([^)]*\)|\{[^}]*\}/g, "");
  return [...bare.matchAll(/\bkese_\w+/g)].map(([name]) => name);
}

Deno.test("docs/observability.md lists every metric, and five alerts over them", () => {
  const names = [...COUNTERS, ...HISTOGRAMS.map(({ name }) => name), ...OTHERS];
  assertEquals(names.filter((name) => !PAGE.includes(`| \`${name}\` `)), []);
  const [, alerts = ""] = PAGE.split("## Five alerts that matter");
  const expressions = [...alerts.matchAll(/^\| [^|`]+ \| `([^`]+)` +\|/gm)].map(([, text]) =>
    text ?? ""
  );
  assertEquals(expressions.length, 5);
  for (const expression of expressions) {
    const used = metricsOf(expression);
    assertGreater(used.length, 0, expression);
    assertEquals(used.filter((name) => !IN_PROMETHEUS.includes(name)), [], expression);
  }
});

Deno.test("docs/grafana_dashboard.json asks for metrics that there are, each of Kese's at least once", () => {
  const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const used = expressions.flatMap(metricsOf);
  assertEquals(used.filter((name) => !IN_PROMETHEUS.includes(name)), []);
  const unused = [...COUNTERS, ...HISTOGRAMS.map(({ name }) => name), ...OTHERS]
    .filter((name) => !used.some((one) => one.startsWith(toUnderscores(name))));
  assertEquals(unused, []);
  for (const { title, gridPos } of dashboard.panels) {
    assert(gridPos.x + gridPos.w <= 24, title);
  }
});
