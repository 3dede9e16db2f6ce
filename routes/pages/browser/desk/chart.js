import { el, svg } from "./dom.js";

/**
 * @typedef {{ readonly label: string, readonly value: number, readonly said: string }} Bar
 * @typedef {{ readonly step: number, readonly scale: number, readonly ground: number }} Measures
 */

const WIDTH = 720;
const HEIGHT = 220;
const FOOT = 22;
const HEAD = 20;
/** So few bars have room for what each says; of more only the highest says it. */
const FEW = 10;
/** What a label needs of the width. */
const LABEL = 34;

/**
 * Bars over their labels. A screen reader hears the label of the chart and what each bar says.
 *
 * @param {string} label
 * @param {readonly Bar[]} bars
 */
export function barChart(label, bars) {
  const values = bars.map(({ value }) => value);
  const highest = Math.max(...values, 0);
  const lowest = Math.min(...values, 0);
  const scale = (HEIGHT - FOOT - HEAD) / (highest - lowest || 1);
  const measures = { step: WIDTH / bars.length, scale, ground: HEAD + highest * scale };
  const every = Math.ceil(bars.length * LABEL / WIDTH);
  const isSaid = (/** @type {Bar} */ { value }) =>
    value > 0 && (bars.length <= FEW || value === highest);
  const { ground } = measures;
  const chart = svg(
    "svg",
    {
      class: "chart",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": [label, ...bars.filter(({ value }) => value !== 0).map(say)].join("; "),
    },
    svg("line", { class: "ground", x1: 0, x2: WIDTH, y1: ground, y2: ground }),
    ...bars.map((bar, place) => drawBar(bar, place, measures)),
    ...bars.map((bar, place) => isSaid(bar) && writeValue(bar, place, measures)),
    ...bars.map((bar, place) =>
      place % every === 0 && write(bar.label, place, measures, HEIGHT - 6)
    ),
  );
  return el("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": label }, chart);
}

/** @param {Bar} bar */
function say({ label, said }) {
  return `${label}: ${said}`;
}

/**
 * @param {Bar} bar
 * @param {number} place
 * @param {Measures} measures
 */
function drawBar(bar, place, { step, scale, ground }) {
  const height = Math.abs(bar.value) * scale;
  const shape = {
    class: bar.value < 0 ? "bar below" : "bar",
    x: (place + 0.15) * step,
    y: bar.value < 0 ? ground : ground - height,
    width: step * 0.7,
    height,
    rx: 2,
  };
  return svg("rect", shape, svg("title", {}, say(bar)));
}

/**
 * @param {Bar} bar
 * @param {number} place
 * @param {Measures} measures
 */
function writeValue({ value, said }, place, measures) {
  return write(said, place, measures, measures.ground - value * measures.scale - 6);
}

/**
 * @param {string} words
 * @param {number} place
 * @param {Measures} measures
 * @param {number} y
 */
function write(words, place, { step }, y) {
  return svg("text", { x: (place + 0.5) * step, y, "text-anchor": "middle" }, words);
}
