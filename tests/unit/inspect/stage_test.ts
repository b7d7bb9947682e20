import assert from "node:assert/strict";
import { readKey } from "../../../lib/inspect/keys.ts";
import { type Live, present } from "../../../lib/inspect/live.ts";
import { Run } from "../../../lib/inspect/run.ts";
import {
  type ConsoleLike,
  stage,
  type TerminalLike,
} from "../../../lib/inspect/stage.ts";
import { Screen } from "../repl/screen.ts";

/** A terminal whose screen is xterm's, with keys that the test presses. */
class Desk implements TerminalLike, Disposable {
  readonly screen = new Screen(40, 8);
  readonly size = { columns: 40, rows: 8 };
  readonly noColor = true;
  readonly modes: boolean[] = [];
  readonly unread: string[] = [];
  isTerminal = true;
  interrupt: (() => void) | undefined;
  #keys = Promise.withResolvers<string | null>();
  #written: Promise<unknown> = Promise.resolve();

  readonly stdout = {
    writeSync: (octets: Uint8Array) => {
      this.print(new TextDecoder().decode(octets));
      return octets.length;
    },
    isTerminal: () => this.isTerminal,
  };
  readonly stdin = {
    isTerminal: () => true,
    setRaw: (mode: boolean) => void this.modes.push(mode),
    read: async (into: Uint8Array) => {
      const keys = await this.#keys.promise;
      this.#keys = Promise.withResolvers();
      if (keys === null) return null;
      return new TextEncoder().encodeInto(keys, into).written;
    },
    unread: (octets: Uint8Array) =>
      void this.unread.push(new TextDecoder().decode(octets)),
    close: () => this.#keys.resolve(null),
  };

  consoleSize = () => this.size;
  addSignalListener = (_: string, f: () => void) => void (this.interrupt = f);
  removeSignalListener = () => void (this.interrupt = undefined);

  print(text: string): void {
    this.#written = this.screen.write(text);
  }

  press(keys: string): void {
    this.#keys.resolve(keys);
  }

  /** What the screen shows when it shows this. */
  async sees(pattern: RegExp): Promise<string> {
    let text = "";
    for (let tries = 0; tries < 3000; tries++) {
      await this.#written;
      text = this.screen.rows.join("\n");
      if (pattern.test(text)) return text;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.fail(`The screen never showed ${pattern}, but:\n${text}`);
  }

  [Symbol.dispose](): void {
    this.screen[Symbol.dispose]();
  }
}

/** Something to see, until it is ended. */
function thing(draw: Live["draw"], more: Partial<Live> = {}) {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  return { draw, ended, end: resolve, fail: reject, ...more };
}

Deno.test("live things are drawn below the cursor, and gone when they end", async () => {
  using desk = new Desk();
  using _stage = stage(desk);
  desk.print("$ scan\r\n");
  let n = 0;
  const one = thing(() => `found ${++n}\nlast line`);
  const two = thing(({ width }) => "=".repeat(width + 5));
  present(one);
  present(two);
  await desk.sees(/^\$ scan\nfound (?:[3-9]|\d\d+)\nlast line\n={39}…$/);
  one.end();
  await desk.sees(/^\$ scan\n={39}…$/);
  two.fail(new Error("its own affair"));
  await desk.sees(/^\$ scan$/);
  desk.print("next");
  await desk.sees(/^\$ scan\nnext$/);
  two.ended.catch(() => {});
});

Deno.test("what is over at once is not shown, and what is off draws nothing", async () => {
  using desk = new Desk();
  using _stage = stage(desk);
  const written: string[] = [];
  const { print } = desk;
  desk.print = (text) => {
    written.push(text);
    print.call(desk, text);
  };
  await new Run("Quick", () => Promise.resolve());
  const none = thing(() => "");
  present(none);
  await new Promise((resolve) => setTimeout(resolve, 250));
  none.end();
  await none.ended;
  assert.deepEqual(written, []);
});

Deno.test("a block keeps to the rows that there are, also at the bottom and on a smaller screen", async () => {
  using desk = new Desk();
  using _stage = stage(desk);
  desk.print("\r\n".repeat(7) + "prompt\r\n");
  const lines = Array.from({ length: 30 }, (_, i) => `row ${i}`);
  const long = thing((_, height) => lines.slice(0, height + 3).join("\n"));
  present(long);
  const full = await desk.sees(/row 6/);
  assert.doesNotMatch(full, /row 7/);
  desk.size.columns = 20;
  desk.size.rows = 4;
  desk.screen.resize(20, 4);
  const small = await desk.sees(/row 2$/);
  assert.equal(small, "prompt\nrow 0\nrow 1\nrow 2");
  long.end();
  await desk.sees(/^prompt$/);
  assert.equal(desk.screen.transcript.filter((x) => x === "prompt").length, 1);
});

Deno.test("lines that others print come to stand above, and none is lost", async () => {
  using desk = new Desk();
  // deno-lint-ignore no-explicit-any -- as the real console has it
  const log = (...values: any[]) => desk.print(`${values.join(" ")}\r\n`);
  const console = { log, info: log, debug: log, warn: log, error: log } as
    & ConsoleLike
    & { log: typeof log };
  Object.assign(console, { table: log, dir: log, trace: log });
  {
    using _stage = stage(desk, { console });
    desk.print("half a line");
    present(thing(() => "at work\nfor long"));
    await desk.sees(/^half a line\nat work\nfor long$/);
    for (let i = 0; i < 3; i++) console.log("host", i);
    await desk.sees(/host 0\nhost 1\nhost 2\nat work\nfor long$/);
    console.log("host 3");
  }
  assert.equal(console.log, log);
  await desk.sees(/^half a line\nhost 0\nhost 1\nhost 2\nhost 3$/);
});

Deno.test("a paused stage leaves the terminal alone, and goes on afterwards", async () => {
  using desk = new Desk();
  using opened = stage(desk);
  present(thing(() => "at work"));
  await desk.sees(/at work/);
  {
    using _pause = opened.pause();
    await desk.sees(/^$/);
    desk.print("Sure? y\r\n");
    await new Promise((resolve) => setTimeout(resolve, 250));
    await desk.sees(/^Sure\? y$/);
  }
  await desk.sees(/^Sure\? y\nat work$/);
});

Deno.test("the whole screen comes with keys, and goes back as it was", async () => {
  using desk = new Desk();
  using _stage = stage(desk);
  desk.print("$ watch\r\n");
  const keys: string[] = [];
  const below = thing(() => "a scan");
  present(below);
  await desk.sees(/a scan/);
  const view = thing(
    (page, height) => `${page.width} by ${height} ${keys.join(" ")}`,
    {
      wholeScreen: true,
      key: (name) => {
        keys.push(name);
        return name === "q";
      },
    },
  );
  present(view);
  await desk.sees(/^40 by 8$/);
  desk.press("\x1b[A ");
  await desk.sees(/^40 by 8 up space$/);
  desk.size.rows = 5;
  await desk.sees(/^40 by 5 up space$/);
  // What is typed behind the key that leaves is somebody else's.
  desk.press("pq1 + 1\r");
  await desk.sees(/^\$ watch\na scan$/);
  assert.deepEqual(keys, ["up", "space", "p", "q"]);
  assert.deepEqual(desk.unread, ["1 + 1\r"]);
  assert.deepEqual(desk.modes, [true, false]);
  view.end();
  below.end();
  await desk.sees(/^\$ watch$/);
});

Deno.test("a whole screen that ends of its own gives the terminal back, and its read with the stage", async () => {
  using desk = new Desk();
  {
    using _stage = stage(desk);
    desk.print("$ watch\r\n");
    const view = thing(() => "packets", { wholeScreen: true });
    present(view);
    await desk.sees(/^packets$/);
    view.end();
    await desk.sees(/^\$ watch$/);
    assert.deepEqual(desk.modes, [true, false]);
  }
  const read = await desk.stdin.read(new Uint8Array(1));
  assert.equal(read, null);
});

Deno.test("Ctrl-C cancels what is shown, and is the program's own again", async () => {
  using desk = new Desk();
  using _stage = stage(desk);
  const run = new Run("Wait", ({ signal }) =>
    new Promise<void>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    }));
  const other = thing(() => "no way to stop it");
  present(other);
  await desk.sees(/Wait {2}[\d.]+ m?s\nno way/);
  desk.interrupt!();
  await assert.rejects(run.then(), { name: "AbortError" });
  await desk.sees(/^$/);
  assert.equal(desk.interrupt, undefined);
  other.end();
});

Deno.test("what fails to draw is shown no more, and the terminal is restored", async () => {
  using desk = new Desk();
  using _stage = stage(desk);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    resolve(event.error);
  };
  globalThis.addEventListener("error", onError);
  try {
    let isBroken = false;
    const error = new Error("a bug");
    const view = thing(() => {
      if (isBroken) throw error;
      return "fine";
    }, { wholeScreen: true });
    const other = thing(() => "goes on");
    present(other);
    present(view);
    await desk.sees(/^fine$/);
    isBroken = true;
    assert.equal(await promise, error);
    await desk.sees(/^goes on$/);
    assert.deepEqual(desk.modes, [true, false]);
    other.end();
    view.end();
    await desk.sees(/^$/);
  } finally {
    globalThis.removeEventListener("error", onError);
  }
});

Deno.test("where output is no terminal nothing is drawn", async () => {
  using desk = new Desk();
  desk.isTerminal = false;
  using _stage = stage(desk);
  let isDrawn = false;
  const view = thing(() => {
    isDrawn = true;
    return "";
  }, { wholeScreen: true });
  present(view);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(isDrawn, false);
  view.end();
});

Deno.test("keys have names", () => {
  const octets = new TextEncoder().encode(
    "q \r\x1b[A\x1bOB\x1b[1;5C\x1b[5~\x1b[6;2~\x7f\x0cé路🇨\x1b[200~\x1b",
  );
  const names: string[] = [];
  for (let at = 0; at < octets.length;) {
    const { name, end } = readKey(octets, at);
    assert.ok(end > at && end <= octets.length);
    names.push(name);
    at = end;
  }
  assert.equal(
    names.join(),
    "q,space,enter,up,down,right,pageup,pagedown,backspace,ctrl-l,é,路,🇨,,escape",
  );
  assert.deepEqual(readKey(Uint8Array.of(0xf0, 0x9f)), { name: "", end: 2 });
  assert.deepEqual(readKey(Uint8Array.of(0x1b, 0x5b)), { name: "", end: 2 });
});
