/**
 * A terminal that is one line high: what a device draws becomes lines of text.
 *
 * Devices send more than text. They echo a long command and wrap it, take a
 * `--More--` back with backspaces, redraw the line after a message, colour,
 * move the cursor. Whoever acts on it as a terminal would, line by line, has
 * afterwards what a person would have read, and nothing has to be cut out.
 *
 * Pure, and in one pass: chunks may end anywhere, also inside a sequence.
 *
 * @see ECMA-48 §8.3 (control functions), XTerm's ctlseqs (OSC)
 * @module
 */

/** What takes the lines of a {@linkcode Screen}. */
export interface ScreenSink {
  /** Whole lines, joined by line feeds, the last without one. */
  lines(text: string): void;
  /** What a terminal answers to a question of the device about itself. */
  reply(text: string): void;
}

/** Octets that are more than text, alone or in a row; a CR before LF is not. */
// deno-lint-ignore no-control-regex
const SPECIAL = /[\0-\x08\x0b-\x1f\x7f]/;
// deno-lint-ignore no-control-regex
const SPECIALS = /[\0-\x1f\x7f]/g;
/** A cell from which text was taken away: a blank that trailing text has not. */
const ERASED = "\0";
/** So far back can be changed what was drawn; what is before stays. */
const REACH = 16 * 1024;
/** Longer sequences than this are no sequences. */
const LONGEST = 256;

/** Draws what comes; see the module. */
export class Screen {
  readonly #sink: ScreenSink;
  readonly #columns: number;
  /** What of the current line can no longer change: very long lines only. */
  #head: string[] = [];
  #text = "";
  #column = 0;
  /** A sequence, or a CR, that is not complete yet. */
  #pending = "";
  #isMarked = false;
  /**
   * What a shell was told to put before its prompt, as the text of an operating
   * system command 777; no program's output can know it.
   */
  mark: string | undefined;

  /**
   * @param sink Takes the lines.
   * @param columns How wide the device takes the terminal for.
   */
  constructor(sink: ScreenSink, columns: number) {
    this.#sink = sink;
    this.#columns = columns;
  }

  /** The current line, which has no end yet. */
  get line(): string {
    return this.#head.length === 0
      ? plain(this.#text)
      : this.#head.join("") + plain(this.#text);
  }

  /** Whether the current line is longer than any prompt or question. */
  get isLong(): boolean {
    return this.#text.length > 1024 || this.#head.length > 0;
  }

  /** Whether the current line began with the {@linkcode mark}. */
  get isMarked(): boolean {
    return this.#isMarked;
  }

  /** Forgets the current line. */
  clear(): void {
    this.#head = [];
    this.#text = "";
    this.#column = 0;
    this.#isMarked = false;
  }

  /** Draws a piece of what came, of any length. */
  feed(piece: string): void {
    let text = this.#pending === "" ? piece : this.#pending + piece;
    this.#pending = "";
    // A CR at the end is one with what comes next.
    if (text.endsWith("\r")) {
      this.#pending = "\r";
      text = text.slice(0, -1);
    }
    const tidy = text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
    if (SPECIAL.test(tidy)) this.#draw(text);
    else this.#addTidy(tidy);
  }

  /** Text with line feeds and nothing else: by blocks, not by characters. */
  #addTidy(text: string): void {
    const end = text.lastIndexOf("\n");
    if (end < 0) return this.#print(text);
    const first = text.indexOf("\n");
    this.#print(text.slice(0, first));
    const line = this.#finish();
    this.#sink.lines(
      first === end ? line : line + text.slice(first, end),
    );
    this.#print(text.slice(end + 1));
  }

  #draw(text: string): void {
    let at = 0;
    while (at < text.length) {
      SPECIALS.lastIndex = at;
      const next = SPECIALS.exec(text)?.index ?? text.length;
      if (next > at) this.#print(text.slice(at, next));
      if (next === text.length) return;
      at = next + 1;
      switch (text.charCodeAt(next)) {
        case 0x08: // BS
          if (this.#column > 0) this.#column--;
          break;
        case 0x09: // HT: kept, it is text
          this.#print("\t");
          break;
        case 0x0a: // LF
          this.#sink.lines(this.#finish());
          break;
        case 0x0d: // CR
          if (text[at] !== "\n") this.#column = this.#rowStart();
          break;
        case 0x1b: { // ESC
          const taken = this.#escape(text, next);
          if (taken === 0) {
            this.#pending = text.slice(next) + this.#pending;
            return;
          }
          at = next + taken;
        }
          // The rest, BEL and NUL and the like, draws nothing.
      }
    }
  }

  /** Where the row of a wrapped line begins: to there leads a CR. */
  #rowStart(): number {
    const columns = this.#columns;
    if (this.#column <= columns) return 0;
    return Math.floor((this.#column - 1) / columns) * columns;
  }

  #print(piece: string): void {
    if (piece === "") return;
    const text = this.#text;
    const column = this.#column;
    if (column === text.length && !text.endsWith(ERASED)) {
      this.#text = text + piece;
    } else {
      this.#text = over(text, column, piece);
    }
    this.#column = column + piece.length;
    if (this.#text.length > 4 * REACH) this.#settle();
  }

  /** Lets go of the front of a very long line: it will not change any more. */
  #settle(): void {
    const cut = this.#text.length - REACH;
    this.#head.push(this.#text.slice(0, cut).replaceAll(ERASED, " "));
    this.#text = this.#text.slice(cut);
    this.#column = Math.max(0, this.#column - cut);
  }

  #finish(): string {
    const { line } = this;
    this.clear();
    return line;
  }

  /** Obeys a sequence; tells its length, 0 if it is not all there. */
  #escape(text: string, at: number): number {
    const rest = text.slice(at, at + LONGEST);
    const kind = rest[1];
    if (kind === undefined) return 0;
    if (kind === "[") {
      // deno-lint-ignore no-control-regex
      const found = /^\x1b\[([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x7e])/.exec(rest);
      if (!found) {
        // deno-lint-ignore no-control-regex
        const open = /^\x1b\[[\x30-\x3f]*[\x20-\x2f]*$/.test(rest);
        return open && rest.length < LONGEST ? 0 : 2;
      }
      this.#control(found[1]!, found[2]!);
      return found[0].length;
    }
    if (kind === "]" || kind === "P" || kind === "_" || kind === "^") {
      // deno-lint-ignore no-control-regex
      const found = /^\x1b[\]P_^]([^\x07\x1b]*)(?:\x07|\x1b\\)/.exec(rest);
      if (!found) {
        // deno-lint-ignore no-control-regex
        const open = /^\x1b[\]P_^][^\x07\x1b]*\x1b?$/.test(rest);
        return open && rest.length < LONGEST ? 0 : 2;
      }
      const body = found[1]!;
      if (
        kind === "]" && this.mark !== undefined && body === `777;${this.mark}`
      ) {
        // Output whose last line has no end stands before the prompt.
        if (this.#text !== "") this.#sink.lines(this.#finish());
        this.#isMarked = true;
      }
      return found[0].length;
    }
    if (kind === "Z") this.#sink.reply("\x1b[?6c");
    // Those with one more octet choose character sets and the like.
    if ("()*+-./#% ".includes(kind)) return rest.length < 3 ? 0 : 3;
    return 2;
  }

  #control(parameters: string, final: string): void {
    const number = Number.parseInt(parameters) || 0;
    const count = Math.min(Math.max(1, number), REACH);
    const text = this.#text;
    switch (final) {
      case "C": // CUF
        this.#column = Math.min(this.#column + count, 4 * REACH);
        break;
      case "D": // CUB
        this.#column = Math.max(0, this.#column - count);
        break;
      case "G": // CHA
        this.#column = count - 1;
        break;
      case "K": // EL
      case "J": // ED: of one line the same
        if (number === 0) this.#text = text.slice(0, this.#column);
        else if (number === 1) {
          const end = Math.min(this.#column + 1, text.length);
          this.#text = ERASED.repeat(end) + text.slice(end);
        } else this.#text = "";
        break;
      case "P": // DCH
        this.#text = text.slice(0, this.#column) +
          text.slice(this.#column + count);
        break;
      case "X": { // ECH
        const end = Math.min(this.#column + count, text.length);
        if (end <= this.#column) break;
        this.#text = text.slice(0, this.#column) +
          ERASED.repeat(end - this.#column) + text.slice(end);
        break;
      }
      case "@": // ICH
        if (this.#column < text.length) {
          this.#text = text.slice(0, this.#column) + ERASED.repeat(count) +
            text.slice(this.#column);
        }
        break;
      case "n": // DSR: some devices measure the terminal, and wait for it
        if (number === 6) {
          const column = Math.min(this.#column + 1, this.#columns);
          this.#sink.reply(`\x1b[1;${column}R`);
        } else if (number === 5) this.#sink.reply("\x1b[0n");
        break;
      case "c": // DA
        if (!parameters.startsWith(">") && number === 0) {
          this.#sink.reply("\x1b[?6c");
        }
    }
  }
}

/**
 * Prints over what is there. A blank that takes a letter away erases it, and so
 * does one that goes on where others erased; what is typed right behind the last
 * letter is text.
 */
function over(text: string, column: number, piece: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === ERASED) end--;
  const start = text.slice(0, column).padEnd(column, ERASED);
  const cells: string[] = [];
  let left = column > 0 ? start[column - 1] : end > 0 ? ERASED : undefined;
  for (let i = 0; i < piece.length; i++) {
    const at = column + i;
    const takesLetter = at < end && text[at] !== " ";
    const erases = piece[i] === " " && (takesLetter || left === ERASED);
    left = erases ? ERASED : piece[i]!;
    cells.push(left);
  }
  return start + cells.join("") + text.slice(column + piece.length);
}

/** A line as it looks: what was erased is blank, and nothing at the end. */
function plain(text: string): string {
  if (!text.includes(ERASED)) return text;
  let end = text.length;
  while (end > 0 && text[end - 1] === ERASED) end--;
  return text.slice(0, end).replaceAll(ERASED, " ");
}
