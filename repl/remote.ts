/**
 * The prompt's side of entries that run in a host of a lab, in that host's
 * process: a session there, whose output goes back as text. It is loaded there
 * when the prompt first goes there; `lab_place.ts` asks.
 *
 * @module
 */

import type { Member } from "./inspector.ts";
import type { Entered } from "./place.ts";
import { Session } from "./session.ts";
import { showError } from "./show.ts";

/** The terminal that the text is for. */
export interface Style {
  /** Whether SGR colours may be used. */
  readonly colors: boolean;
  /** Its width and height in cells. */
  readonly columns: number;
  readonly rows: number;
}

/** What an entry came to, and what there is to print, in order. */
export interface Told extends Entered {
  readonly said: readonly { readonly text: string; readonly isBad: boolean }[];
}

let style: Style = { colors: false, columns: 80, rows: 24 };
let said: { text: string; isBad: boolean }[] = [];

const session = new Session(
  {
    get colors() {
      return style.colors;
    },
    print: (text) => void said.push({ text, isBad: false }),
    complain: (text) => void said.push({ text, isBad: true }),
  },
  new URL("../", import.meta.url),
  {},
);

// There is no terminal here: what is drawn is drawn for the prompt's.
Object.defineProperty(Deno, "consoleSize", {
  value: () => ({ columns: style.columns, rows: style.rows }),
  configurable: true,
});
// A loop that never waits is ended by the kernel's watchdog, which hears it too.
Deno.addSignalListener("SIGINT", () => session.interrupt());
// What fails when nobody waits for it ends no session.
for (const type of ["unhandledrejection", "error"] as const) {
  globalThis.addEventListener(type, (event) => {
    event.preventDefault();
    const error = "reason" in event ? event.reason : event.error;
    console.error(`In the background: ${showError(error, "", style)}`);
  });
}
await session.kernel.warm();

/** What the prompt asks, by name. */
export const answers = {
  /** The number of this process in the lab. */
  open: (): Promise<number> => Promise.resolve(Deno.pid),
  enter: async (
    source: string,
    base: string | undefined,
    on: Style,
  ): Promise<Told> => {
    style = on;
    said = [];
    const { entries: { length } } = session.journal;
    const ok = await session.enter(source, base);
    return { ok, entry: session.journal.entries[length], said };
  },
  names: (): Promise<string[]> => session.names(),
  members: (expression: string): Promise<Member[]> =>
    session.members(expression),
} as const;
