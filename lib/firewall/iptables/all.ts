/**
 * Rules of iptables as tables of nftables, and back.
 *
 * @module
 */

export { explain, IptablesExplanation } from "./explain.ts";
export type { IptablesExplanationRow } from "./explain.ts";
export { IptablesFormatError } from "./format.ts";
export type { IptablesTexts, Unwritten } from "./format.ts";
export type { ParseOptions } from "./parse.ts";
export { IptablesError } from "./refusal.ts";
export type { Refusal } from "./refusal.ts";
export { format, parse } from "./texts.ts";
