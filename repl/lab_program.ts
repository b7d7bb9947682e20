/**
 * `netrepl lab` and `netrepl doctor`: labs from the shell.
 *
 * @module
 */

import * as inspect from "../lib/inspect/mod.ts";
import { doctor, readyMades, topology } from "../lib/lab/mod.ts";
import { host, runText } from "./batch.ts";
import { openTerminal } from "./editor/terminal.ts";
import { showValue } from "./show.ts";

/** The forms of a drawing. */
export type Format = "text" | "svg" | "mermaid";

/** What a topology's name on the command line may be: a file, else a ready-made one's. */
const FILE = /\.ya?ml$|\//i;

/** Columns for the names in the list. */
const INDENT = 13;

/**
 * Lists the ready-made labs.
 *
 * @returns The exit code.
 */
export function listLabs(): number {
  const { canvas, pad, paint, wrap } = inspect;
  const page = canvas({ colors: host.colors });
  for (const [name, { description, count }] of Object.entries(readyMades)) {
    const written = count ? `${name}(${count.usual})` : name;
    wrap(description, Math.max(20, page.width - INDENT)).forEach((line, i) => {
      const head = paint("name", i === 0 ? written : "", page);
      host.print(pad(head, INDENT) + line);
    });
  }
  host.print(
    "\nTry: netrepl lab up dmz, netrepl lab draw dmz, netrepl lab up FILE.yaml",
  );
  return 0;
}

/**
 * Draws a lab without bringing it up.
 *
 * @param name A ready-made one's name, or a YAML file.
 * @param format As what.
 * @returns The exit code.
 */
export async function drawLab(name: string, format: Format): Promise<number> {
  try {
    const drawn = (await topology(
      FILE.test(name) ? await Deno.readTextFile(name) : name,
    )).draw();
    host.print(
      format === "svg"
        ? drawn.toSvg()
        : format === "mermaid"
        ? drawn.toMermaid()
        : showValue(drawn, host),
    );
    return 0;
  } catch (error) {
    host.complain((error as Error).message);
    return 1;
  }
}

/**
 * Opens the prompt with a lab up; without a terminal, a session from the pipe.
 *
 * @param name A ready-made one's name, or a YAML file.
 * @param prompt What the prompt shows.
 * @param root The program's folder.
 * @returns The exit code.
 */
export async function openLab(
  name: string,
  prompt: string,
  root: URL,
): Promise<number> {
  const first = `.lab up ${name}`;
  if (Deno.stdin.isTerminal() && Deno.stdout.isTerminal()) {
    const { interact } = await import("./interactive.ts");
    return await interact(openTerminal(), prompt, root, first);
  }
  const piped = await new Response(Deno.stdin.readable).text();
  return await runText(`${first}\n${piped}`, root);
}

/**
 * Says what this machine lacks for labs.
 *
 * @returns The exit code: 0 if labs work.
 */
export async function diagnose(): Promise<number> {
  const found = await doctor();
  host.print(showValue(found, host));
  return found.ok ? 0 : 1;
}
