/**
 * How results look on a terminal: tables, trees, cards, small charts, units
 * and colour. Everything is a pure function from data to text; nothing here
 * prints.
 *
 * A {@linkcode Canvas} says how many columns there are and whether colour may
 * be used. Data is never trusted: control characters in it are shown, not
 * obeyed (see {@linkcode visible}).
 *
 * @module
 */

export * from "./asking.ts";
export * from "./canvas.ts";
export * from "./card.ts";
export * from "./chart.ts";
export * from "./diagram.ts";
export * from "./live.ts";
export * from "./paint.ts";
export * from "./run.ts";
export * from "./stage.ts";
export * from "./table.ts";
export * from "./text.ts";
export * from "./tree.ts";
export * from "./units.ts";
