/**
 * What of iptables cannot be carried over to nftables, and why.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";

/** The most of a line that an error shows, in UTF-16 units. */
const SHOWN = 160;

/** The most lines that an error shows; all of them are in `refused`. */
const MOST = 20;

/** A line that cannot be carried over. */
export interface Refusal {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units: where the trouble begins. */
  readonly column: number;
  /** UTF-16 units from the start of the text to there. */
  readonly offset: number;
  /** The line as it was given. */
  readonly text: string;
  /** Why, without a final full stop. */
  readonly reason: string;
  /** What a rule of nft could do in its place. */
  readonly instead?: string;
}

/**
 * Text of iptables that is wrong, or says what nftables cannot: with every
 * line that is concerned, since nothing is ever left out in silence.
 */
export class IptablesError extends ParseError {
  /** Every line that cannot be carried over, from the first on. */
  readonly refused: readonly Refusal[];
  /** The first one's line, counted from 1. */
  readonly line: number;
  /** The column there, counted from 1. */
  readonly column: number;

  /**
   * Builds the message from the lines.
   *
   * @param input The whole text.
   * @param refused The lines, at least one.
   */
  constructor(input: string, refused: readonly Refusal[]) {
    const [{ line, column, offset, reason }] = refused as readonly [Refusal];
    super("rules of iptables", input, offset, reason);
    this.refused = refused;
    this.line = line;
    this.column = column;
    const many = refused.length === 1 ? "1 line" : `${refused.length} lines`;
    const more = refused.length - MOST;
    this.message = `Cannot carry ${many} of iptables over to nftables:${
      refused.slice(0, MOST).map(shown).join("")
    }${more > 0 ? `\n… and ${more} more` : ""}`;
  }
}

function shown({ line, column, text, reason, instead }: Refusal): string {
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
  return `\nline ${line}, column ${column}: ${cut}\n  ${reason}${
    instead === undefined ? "" : `\n  Instead: ${instead}`
  }`;
}

/** Says, from deep inside a rule, why it cannot be carried over. */
export class Refused extends Error {
  /** Where in the whole text, in UTF-16 units; undefined: the rule as a whole. */
  readonly offset: number | undefined;
  /** What a rule of nft could do in its place. */
  readonly instead: string | undefined;

  /**
   * Says why.
   *
   * @param reason Why, without a final full stop.
   * @param offset Where, in UTF-16 units.
   * @param instead What to write in nft.
   */
  constructor(reason: string, offset?: number, instead?: string) {
    super(reason);
    this.offset = offset;
    this.instead = instead;
  }
}
