/**
 * What a session asked of the system, and the narrowest `deno run` line that
 * allows just that.
 *
 * The runtime logs each permission that it checks to the file that
 * `DENO_AUDIT_PERMISSIONS` names, also under `-A`. It opens the file once: we
 * open it too, take its name away, and read what each entry adds.
 *
 * @module
 */

import { type Identifier, type Node, type Property, walk } from "./parse.ts";

/** One permission that was checked. */
export interface Permission {
  /** `"net"`, `"read"`, `"write"`, `"env"`, `"sys"`, `"ffi"`, … */
  readonly permission: string;
  /** For whom or what: an address, a URL, a path, a name. */
  readonly value: string;
}

/** Reads the runtime's log of permissions. */
export class Audit {
  readonly #file: Deno.FsFile;
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** @param path The file that `DENO_AUDIT_PERMISSIONS` named at the start. */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { read: true });
    Deno.removeSync(path);
  }

  /** The log that the runtime was told to keep, if it was. */
  static open(): Audit | undefined {
    const path = Deno.env.get("DENO_AUDIT_PERMISSIONS");
    if (!path) return undefined;
    // Programs that entries start are not to write there too.
    Deno.env.delete("DENO_AUDIT_PERMISSIONS");
    try {
      return new Audit(path);
    } catch {
      return undefined;
    }
  }

  /** What was logged since the last call. */
  take(): Permission[] {
    const buffer = new Uint8Array(65536);
    for (;;) {
      const read = this.#file.readSync(buffer);
      if (read === null || read === 0) break;
      this.#rest += this.#decoder.decode(buffer.subarray(0, read), {
        stream: true,
      });
    }
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => {
      try {
        const { permission, value } = JSON.parse(line) as Permission;
        // The prompt's own: entries are evaluated through the inspector.
        return value === "inspector" ? [] : [{ permission, value }];
      } catch {
        return [];
      }
    });
  }
}

/** Functions that write, by name: the log says read and write for either. */
const WRITERS =
  /^(?:write|append|create|remove|rename|mkdir|makeTemp|copy|truncate|ch(?:mod|own)|link|symlink|unlink|rm|cp|utime|save)/;

/** Functions of `net.lab` that start something, by name. */
const LABS = /^(?:up|doctor|probe)$/;

/** Options that make an `open` one that writes. */
const WRITES = /^(?:write|append|create|createNew|truncate)$/;

/**
 * The flags for `deno run`, narrowest first.
 *
 * @param entries The trees of the entries that the script keeps, and what each
 * asked for.
 * @param folder The folder that relative paths are relative to.
 * @returns Flags such as `--allow-net=127.0.0.1`; none if nothing was asked for.
 */
export function flags(
  entries: Iterable<{ program: Node; permissions: readonly Permission[] }>,
  folder: string,
): string[] {
  const asked = new Map<string, Set<string>>();
  const ask = (permission: string, value: string) => {
    const values = asked.get(permission) ?? new Set();
    asked.set(permission, values.add(value));
  };
  for (const { program, permissions } of entries) {
    const { calls, keys } = namesIn(program);
    const writes = calls.some((name) => WRITERS.test(name)) ||
      keys.some((name) => WRITES.test(name));
    // The log knows nothing of programs.
    if (calls.includes("Command")) ask("run", "");
    if (calls.some((name) => LABS.test(name))) ask("run", "unshare");
    for (const { permission, value } of permissions) {
      if (permission === "write" && !writes) continue;
      if (permission === "read" || permission === "write") {
        ask(permission, relative(value, folder));
      } else if (permission === "net") ask(permission, hostAndPort(value));
      else ask(permission, value);
    }
  }
  if (asked.get("run")?.has("")) asked.set("run", new Set());
  const net = asked.get("net");
  if (net) asked.set("net", withoutPassingPorts(net));
  return [...asked].map(([name, values]) => {
    const listed = [...values].filter((value) => value !== "").sort();
    return listed.length === 0
      ? `--allow-${name}`
      : `--allow-${name}=${listed.map(quote).join(",")}`;
  }).sort();
}

/** The last part of every name that is called, and every object key. */
function namesIn(program: Node): { calls: string[]; keys: string[] } {
  const calls: string[] = [];
  const keys: string[] = [];
  const add = (to: string[], node: Node) => {
    if (node.type === "Identifier") to.push((node as Identifier).name);
  };
  walk(program, (node) => {
    if (node.type === "Property") add(keys, (node as Property).key);
    if (node.type !== "CallExpression" && node.type !== "NewExpression") return;
    const { callee } = node as Node & { callee: Node };
    add(
      calls,
      callee.type === "MemberExpression"
        ? (callee as Node & { property: Node }).property
        : callee,
    );
  });
  return { calls, keys };
}

function hostAndPort(value: string): string {
  if (!/^[a-z]+:\/\//i.test(value)) return value;
  const { hostname, port, protocol } = new URL(value);
  return `${hostname}:${
    port || (protocol === "http:" || protocol === "ws:" ? 80 : 443)
  }`;
}

/**
 * A port that the kernel chose is another one next time: a host that was
 * listened on at port 0, or reached at an ephemeral port, is allowed whole.
 */
function withoutPassingPorts(values: ReadonlySet<string>): Set<string> {
  const split = [...values].map((value) => {
    const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(value)!;
    return { host: host!, port: port === undefined ? 0 : Number(port) };
  });
  const whole = new Set(
    split.filter(({ port }) => port === 0 || port >= 32768).map((x) => x.host),
  );
  return new Set(
    split.map(({ host, port }) => whole.has(host) ? host : `${host}:${port}`),
  );
}

function relative(path: string, folder: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

/** `env -S` splits at blanks, and Deno's lists at commas. */
function quote(value: string): string {
  const listed = value.replaceAll(",", ",,");
  return /[\s"'\\$]/.test(listed)
    ? `"${listed.replace(/["\\$]/g, "\\$&")}"`
    : listed;
}
