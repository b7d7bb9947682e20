/**
 * What a real terminal shows of the octets that it is sent: the one door to
 * `@xterm/headless`.
 */

import xterm from "@xterm/headless";
import { inspect } from "../../../mod.ts";

/** A cell's look, as far as tests ask for it. */
export interface Cell {
  readonly char: string;
  /** The palette's number of the colour, -1 for the usual one. */
  readonly color: number;
  readonly isDim: boolean;
  readonly isInverse: boolean;
  readonly isUnderlined: boolean;
}

/** A screen of cells, with a cursor and what scrolled off. */
export class Screen implements Disposable {
  readonly #terminal: xterm.Terminal;

  constructor(columns = 80, rows = 24) {
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      allowProposedApi: true,
      reflowCursorLine: true,
      scrollback: 10_000,
    });
    // Its own widths are those of Unicode 6, before most emoji.
    this.#terminal.unicode.register({
      version: "ours",
      wcwidth: (codePoint) => {
        // A skin tone colours the emoji before it.
        if (codePoint >= 0x1f3fb && codePoint <= 0x1f3ff) return 0;
        const width = inspect.displayWidth(String.fromCodePoint(codePoint));
        return Math.min(2, width) as 0 | 1 | 2;
      },
      // Two bits of width, and one to join the cell before, as xterm packs it.
      charProperties(codePoint, preceding) {
        const width = this.wcwidth(codePoint);
        const widthBefore = preceding >> 1 & 3;
        const joins = width === 0 && widthBefore > 0;
        return joins ? widthBefore << 1 | 1 : width << 1;
      },
    });
    this.#terminal.unicode.activeVersion = "ours";
  }

  /** Takes what a program writes; resolves when it is on the screen. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(text, resolve));
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** The rows in sight, without blanks at their ends and empty rows below. */
  get rows(): string[] {
    return this.#rowsFrom(this.#terminal.buffer.active.baseY);
  }

  /** The same with all that scrolled off above. */
  get transcript(): string[] {
    return this.#rowsFrom(0);
  }

  #rowsFrom(first: number): string[] {
    const { active } = this.#terminal.buffer;
    const rows: string[] = [];
    for (let y = first; y < active.baseY + this.#terminal.rows; y++) {
      // A cell that was never written is a blank, too.
      rows.push(active.getLine(y)!.translateToString(true).trimEnd());
    }
    while (rows.at(-1) === "") rows.pop();
    return rows;
  }

  /** Row and column of the cursor, from 0. */
  get cursor(): [row: number, column: number] {
    const { active } = this.#terminal.buffer;
    return [active.cursorY, active.cursorX];
  }

  /** One cell of the rows in sight. */
  cell(row: number, column: number): Cell {
    const { active } = this.#terminal.buffer;
    const cell = active.getLine(active.baseY + row)!.getCell(column)!;
    return {
      char: cell.getChars(),
      color: cell.isFgDefault() ? -1 : cell.getFgColor(),
      isDim: cell.isDim() !== 0,
      isInverse: cell.isInverse() !== 0,
      isUnderlined: cell.isUnderline() !== 0,
    };
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }
}
