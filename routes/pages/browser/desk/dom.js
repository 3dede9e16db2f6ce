/**
 * Makes elements. Texts become text nodes and never HTML, so nothing that a user or a fleet wrote is ever
 * run; the page's policy would not run it either.
 *
 * @typedef {Node | string | null | undefined | false} Child
 * @typedef {Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => unknown)>>} Properties
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an HTML element: functions become listeners (`onclick`), `true` an attribute without a value.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/**
 * Makes an SVG element.
 *
 * @param {string} tag
 * @param {Properties} [properties]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, properties = {}, ...children) {
  return fill(/** @type {SVGElement} */ (document.createElementNS(SVG, tag)), properties, children);
}

/**
 * @template {Element} Made
 * @param {Made} element
 * @param {Properties} properties
 * @param {readonly Child[]} children
 * @returns {Made}
 */
function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice("on".length), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}
