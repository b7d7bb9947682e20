/**
 * Lines of records and questions, in columns as dig has them.
 *
 * @module
 */

/** Puts texts into columns by tabs, as BIND's programs do. */
export class Columns {
  /** The line so far. */
  text = "";
  #at = 0;

  /**
   * Writes a text, and goes on to a column, or one farther.
   *
   * @param text The text.
   * @param column Where the next one begins, counted from 0.
   */
  put(text: string, column: number): void {
    const end = this.#at + text.length;
    const to = Math.max(column, end + 1);
    const tabs = Math.floor(to / 8) - Math.floor(end / 8);
    const from = tabs > 0 ? to - to % 8 : end;
    this.text += text + "\t".repeat(tabs) + " ".repeat(to - from);
    this.#at = to;
  }
}
