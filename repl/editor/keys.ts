/**
 * From the octets that a terminal sends to the keys that were pressed.
 *
 * Incremental: an UTF-8 character, an escape sequence or a paste may be cut
 * anywhere between two reads. Understood are the keys of xterm, VTE, tmux,
 * screen, rxvt and the Linux console, CSI-u (kitty) and modifyOtherKeys.
 * Sequences that mean nothing here are swallowed whole, never typed.
 *
 * Keys are named `ctrl-alt-shift-key`, with the modifiers in that order and
 * letters in lower case: `ctrl-r`, `alt-b`, `shift-enter`, `up`.
 *
 * @module
 */

/** What came from the keyboard. */
export type KeyEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "key"; readonly key: string }
  /** `dropped` counts the characters of a paste too long to take. */
  | { readonly type: "paste"; readonly text: string; readonly dropped: number };

/** The longest paste that is taken, in UTF-16 units: beyond it is a mistake. */
export const LONGEST_PASTE = 1 << 20;

/** The longest answer of a terminal that is waited for. */
const LONGEST_STRING = 1 << 16;

const ESC = "\x1b";
const PASTE_END = "\x1b[201~";

const CONTROLS: Readonly<Record<number, string>> = {
  0x00: "ctrl-space",
  0x09: "tab",
  0x0d: "enter",
  0x1b: "escape",
  0x7f: "backspace",
};

/** `CSI n ~`, also with rxvt's `^` and `$`. */
const TILDE: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
};

/** `CSI letter`, `SS3 letter`. */
const LETTERS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  M: "enter",
};

/** rxvt's arrows: shift after CSI, ctrl after SS3. */
const RXVT_ARROWS: Readonly<Record<string, string>> = {
  a: "up",
  b: "down",
  c: "right",
  d: "left",
};

/** The keypad's keys in the Unicode private area, as kitty numbers them. */
const KEYPAD: readonly string[] = [
  ..."0123456789./*-+",
  ..."enter = , left right up down pageup pagedown home end insert delete"
    .split(" "),
];
const KEYPAD_START = 57399;

/** Turns octets into {@linkcode KeyEvent}s. */
export class KeyDecoder {
  #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  /** What was read and cannot be told yet. */
  #rest = "";
  #paste: string[] | undefined;
  #pasteLength = 0;
  #events: KeyEvent[] = [];

  /** What waits for {@linkcode flush}: an Esc alone, or the start of a sequence. */
  get waiting(): "escape" | "sequence" | undefined {
    if (this.#paste !== undefined || this.#rest === "") return undefined;
    return this.#rest === ESC ? "escape" : "sequence";
  }

  /** Takes what was read, and gives the keys that are certain. */
  push(octets: Uint8Array): KeyEvent[] {
    // Ctrl-C alone, in a paste that the terminal forgot to end.
    if (this.#paste !== undefined && octets.length === 1 && octets[0] === 3) {
      this.#paste = undefined;
      this.#rest = "";
    }
    return this.#decode(
      this.#rest + this.#utf8.decode(octets, { stream: true }),
      false,
    );
  }

  /** Nothing more came for a while: an Esc that waited was the Esc key. */
  flush(): KeyEvent[] {
    return this.waiting === undefined ? [] : this.#decode(this.#rest, true);
  }

  #decode(text: string, final: boolean): KeyEvent[] {
    this.#events = [];
    let at = 0;
    while (at < text.length) {
      const next = this.#paste === undefined
        ? this.#key(text, at, final)
        : this.#pasted(text, at);
      if (next === at) break;
      at = next;
    }
    this.#rest = text.slice(at);
    return this.#events;
  }

  /** Decodes one thing at `at`; says where it ends, or `at` if it is cut. */
  #key(text: string, at: number, final: boolean): number {
    const code = text.charCodeAt(at);
    if (code === 0x1b) return this.#escape(text, at, final, "");
    if (code < 0x20 || code === 0x7f) {
      this.#press("", control(code));
      return at + 1;
    }
    if (code >= 0x80 && code < 0xa0) return at + 1;
    let end = at + 1;
    while (end < text.length && !isControl(text.charCodeAt(end))) end++;
    this.#events.push({ type: "text", text: text.slice(at, end) });
    return end;
  }

  #press(modifiers: string, key: string): void {
    this.#events.push({ type: "key", key: modifiers + key });
  }

  #escape(text: string, at: number, final: boolean, meta: string): number {
    const next = text[at + 1];
    if (next === undefined) {
      if (!final) return at;
      this.#press("", "escape");
      return at + 1;
    }
    const end = next === "["
      ? this.#csi(text, at, meta)
      : next === "O"
      ? this.#ss3(text, at, meta)
      : "]PX^_".includes(next)
      ? endOfString(text, at)
      : this.#alt(text, at, final);
    // Cut short: Alt and that character if it is all that there is. What a
    // terminal began to answer (`ESC ]` and more) is waited for.
    if (end > at || !final) return end;
    if (text.length > at + 2 && next !== "[" && next !== "O") return at;
    if (text.length === at + 2) this.#press("alt-", next);
    return text.length;
  }

  /** Esc and one character: Alt, or Esc pressed just before. */
  #alt(text: string, at: number, final: boolean): number {
    const char = String.fromCodePoint(text.codePointAt(at + 1)!);
    const code = char.charCodeAt(0);
    if (char === ESC) {
      const after = text[at + 2];
      if (after === "[" || after === "O") {
        const end = this.#escape(text, at + 1, final, "alt-");
        return end === at + 1 ? at : end;
      }
      if (after === undefined && !final) return at;
    }
    if (char === ESC || code === 3) {
      this.#press("", "escape");
      return at + 1;
    }
    if (code === 8 || code === 0x7f) this.#press("alt-", "backspace");
    else if (/\s/.test(char) && code >= 0x20) this.#press("alt-", "space");
    else if (code >= 0x20 && !isControl(code)) {
      this.#press("alt-", char.toLowerCase());
    } else if (code < 0x20) {
      const key = control(code);
      this.#press("", key.replace(/^(ctrl-)?/, "$1alt-"));
    }
    return at + 1 + char.length;
  }

  #ss3(text: string, at: number, meta: string): number {
    let end = at + 2;
    while (isDigit(text[end])) end++;
    const letter = text[end];
    if (letter === undefined) return at;
    const parameter = Number(text.slice(at + 2, end)) || 1;
    if (letter in RXVT_ARROWS) {
      this.#press(meta, `ctrl-${RXVT_ARROWS[letter]}`);
    } else if (letter in LETTERS) {
      this.#press(meta || modifiers(parameter), LETTERS[letter]!);
    }
    return isControl(letter.charCodeAt(0)) ? end : end + 1;
  }

  #csi(text: string, at: number, meta: string): number {
    let end = at + 2;
    // The Linux console's function keys: `ESC [ [ A`.
    if (text[end] === "[") return text.length > end + 1 ? end + 2 : at;
    while (isBetween(text, end, 0x30, 0x3f)) end++;
    const parameters = text.slice(at + 2, end);
    // rxvt ends Shift with `$`, which is no final character elsewhere.
    const isRxvt = text[end] === "$" && /^\d+$/.test(parameters);
    while (!isRxvt && isBetween(text, end, 0x20, 0x2f)) end++;
    if (end >= text.length) return at;
    if (!isRxvt && !isBetween(text, end, 0x40, 0x7e)) return end;
    const isPlain = isRxvt || end === at + 2 + parameters.length;
    if (isPlain && /^[\d;:]*$/.test(parameters)) {
      this.#sequence(parameters, text[end]!, meta);
    }
    return end + 1;
  }

  /** A whole `CSI parameters final`. */
  #sequence(parameters: string, final: string, meta: string): void {
    const numbers = parameters.split(";").map((p) => p.split(":").map(Number));
    const first = numbers[0]![0]!;
    const [modifier = 1, action = 1] = numbers[1] ?? [];
    const RELEASED = 3;
    if (action === RELEASED) return;
    const held = meta || modifiers(modifier);
    if (final === "u") return this.#codePoint(numbers[0]!, modifier);
    if (final === "~" && first === 27) {
      return this.#codePoint(numbers[2] ?? [], modifier);
    }
    if (final === "~" && first === 200) {
      this.#paste = [];
      this.#pasteLength = 0;
    } else if (final === "Z") this.#press("shift-", "tab");
    else if (final in RXVT_ARROWS) {
      this.#press(meta, `shift-${RXVT_ARROWS[final]}`);
    } else if ("~^$@".includes(final) && first in TILDE) {
      const rxvt = { "^": "ctrl-", "$": "shift-", "@": "ctrl-shift-" }[final];
      this.#press(rxvt ?? held, TILDE[first]!);
    } else if (final in LETTERS && final !== "M") {
      this.#press(held, LETTERS[final]!);
    }
  }

  /** A key by the code point that it types: CSI-u and modifyOtherKeys. */
  #codePoint([code = 0, shifted]: readonly number[], modifier: number): void {
    const held = modifiers(modifier);
    const keypad = KEYPAD[code - KEYPAD_START];
    if (keypad !== undefined && keypad.length > 1) {
      return this.#press(held, keypad);
    }
    const name = CONTROLS[code] ?? (code === 8 ? "backspace" : undefined);
    if (name !== undefined && code !== 0) return this.#press(held, name);
    // What else is in the private area are lone modifiers, media keys, F13 …
    const isPrivate = keypad === undefined && code >= 0xe000 && code < 0xf900;
    if (isControl(code) || isPrivate || code > 0x10ffff) return;
    const char = keypad ?? String.fromCodePoint(code);
    if (held === "" || held === "shift-") {
      const text = held === ""
        ? char
        : shifted
        ? String.fromCodePoint(shifted)
        : char.toUpperCase();
      this.#events.push({ type: "text", text });
    } else if (char === " ") this.#press(held, "space");
    else if (/[a-z]/i.test(char)) {
      this.#press(held.replace("shift-", ""), char.toLowerCase());
    } else this.#press(held.replace("shift-", ""), char);
  }

  /** Takes a paste's text up to its end, or all but a possible start of that. */
  #pasted(text: string, at: number): number {
    const found = text.indexOf(PASTE_END, at);
    const end = found < 0
      ? Math.max(at, text.length - PASTE_END.length + 1)
      : found;
    this.#pasteLength += end - at;
    if (this.#pasteLength <= LONGEST_PASTE) {
      this.#paste!.push(text.slice(at, end));
    }
    if (found < 0) return end;
    const fits = this.#pasteLength <= LONGEST_PASTE;
    this.#events.push({
      type: "paste",
      text: fits ? clean(this.#paste!.join("")) : "",
      dropped: fits ? 0 : this.#pasteLength,
    });
    this.#paste = undefined;
    return end + PASTE_END.length;
  }
}

/** Line breaks as `\n`, and no other control characters than tabs. */
function clean(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    // deno-lint-ignore no-control-regex -- it is these that must go
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
}

function isControl(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= "0" && char <= "9";
}

function isBetween(text: string, at: number, low: number, high: number) {
  const code = text.charCodeAt(at);
  return code >= low && code <= high;
}

/** The key of a control code: `ctrl-a` for 1. */
function control(code: number): string {
  return CONTROLS[code] ??
    `ctrl-${String.fromCharCode(code + 0x40).toLowerCase()}`;
}

/** The prefix for xterm's modifier parameter: 1 and a bit for each key held. */
function modifiers(parameter: number): string {
  const bits = parameter - 1;
  return (bits & 8 ? "super-" : "") + (bits & 4 ? "ctrl-" : "") +
    (bits & 2 || bits & 32 ? "alt-" : "") + (bits & 1 ? "shift-" : "");
}

/**
 * Where a string that a terminal sends (OSC, DCS, …) ends: after ST or BEL,
 * or before another control character, which no such string contains.
 */
function endOfString(text: string, at: number): number {
  if (text.length - at > LONGEST_STRING) return text.length;
  for (let i = at + 2; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 7) return i + 1;
    if (code === 0x1b && text[i + 1] === "\\") return i + 2;
    if (code === 0x1b && text[i + 1] === undefined) return at;
    if (code < 0x20) return i;
  }
  return at;
}
