/**
 * A host's kernel as a program: started by a lab's agent inside the host's
 * namespaces, with all of `net` at hand. What it writes goes to the lab's log.
 *
 * @module
 */

import { serveHost } from "../lib/lab/host_program.ts";
import { fileUrl } from "./file_url.ts";
import type * as Loader from "./net.ts";

const [name, socket] = Deno.args as [string, string];

/**
 * Not by its name: the runtime would read all of `net` before a host that may
 * never use it can start, which costs each host six megabytes.
 */
const loader = import.meta.url.replace(/host(?=\.[jt]s$)/, "net");

/**
 * What the prompt writes into the functions of its entries (KERNEL of
 * rewrite.ts, which a host has no use for): here nothing waits for Ctrl-C. Where
 * entries run in the host (remote.ts) their kernel puts its own there.
 */
Object.defineProperty(globalThis, "__netrepl", {
  configurable: true,
  value: Object.freeze({
    guard: () => {},
    until: (value: unknown) => value,
    each: (values: unknown) => values,
    import: (specifier: string, options?: ImportCallOptions) =>
      import(
        /^\.{0,2}\//.test(specifier)
          ? new URL(specifier, fileUrl(`${Deno.cwd()}/`)).href
          : specifier,
        options
      ),
    meta: { url: fileUrl(`${Deno.cwd()}/prompt.ts`), main: false },
  }),
});

const mark = Uint8Array.of(0);
await serveHost(await Deno.connect({ transport: "unix", path: socket }), {
  name,
  load: async (source) => {
    const { loadMentioned, net } = await import(loader) as typeof Loader;
    await loadMentioned(source);
    return net;
  },
  mark: () => {
    Deno.stdout.writeSync(mark);
    Deno.stderr.writeSync(mark);
  },
});
Deno.exit(0);
