/**
 * `help(x)` and `x?`: what the docstrings say, at the prompt.
 *
 * @module
 */

import * as inspect from "../lib/inspect/mod.ts";
import {
  describeType,
  firstSentence,
  hanging,
  indent,
  prose,
} from "./help_text.ts";
import { loadedCount, net } from "./net.ts";
import { hereFor } from "./phrasebook.ts";

/** What the index knows of one name. */
export interface DocEntry {
  /** `"function"`, `"class"`, `"interface"`, `"namespace"`, `"method"`, … */
  readonly kind: string;
  /** The docstring's text. */
  readonly doc: string;
  /** How it is called, one line an overload. */
  readonly signatures?: readonly string[];
  /** Parameters and what they are. */
  readonly params?: readonly (readonly [name: string, doc: string])[];
  /** What it gives. */
  readonly returns?: readonly string[];
  /** What it throws, and when. */
  readonly throws?: readonly string[];
  /** Its sources. */
  readonly see?: readonly string[];
  /** Code to type. */
  readonly examples?: readonly string[];
}

/** Full name (`"net.tcp.connect"`) -> what the docstring says. */
export type DocIndex = Readonly<Record<string, DocEntry>>;

type Canvas = ReturnType<typeof inspect.canvas>;

/** One page of help. It prints itself. */
export class HelpPage {
  readonly #text: (canvas: Canvas) => string;

  constructor(text: (canvas: Canvas) => string) {
    this.#text = text;
  }

  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return this.#text(inspect.canvas({ colors: options?.colors ?? false }));
  }

  toString(): string {
    return this.#text(inspect.canvas({ colors: false }));
  }
}

/** Finds pages. */
export class Help {
  readonly #index: DocIndex;
  readonly #commands: readonly (readonly [usage: string, summary: string])[];
  #paths = new Map<unknown, string>();
  /** How many rooms there were when the paths were found. */
  #rooms = -1;

  constructor(
    index: DocIndex,
    commands: readonly (readonly [usage: string, summary: string])[],
  ) {
    this.#index = index;
    this.#commands = commands;
  }

  /**
   * The page of a value or of a name.
   *
   * @param asked A function, class, room or instance of ours, a name such as
   * `"net.tcp.connect"`, or a word to search for; nothing for the first page.
   */
  page(asked?: unknown): HelpPage {
    if (asked === undefined) return this.#welcome();
    const path = typeof asked === "string"
      ? this.#named(asked)
      : this.#pathOf(asked);
    if (path !== undefined) return this.#entry(path);
    return typeof asked === "string"
      ? this.#search(asked)
      : new HelpPage(() =>
        `No help for this ${describeType(asked)}. Try: help("a word")`
      );
  }

  /**
   * Whether a value has a page of its own. One whose room is not loaded yet is
   * not recognised.
   *
   * @param value Anything but a name.
   */
  knows(value: unknown): boolean {
    return this.#pathOf(value) !== undefined;
  }

  /**
   * How a function is called, one line an overload.
   *
   * @param value The function; nothing for one that is not of ours.
   */
  usage(value: unknown): string | undefined {
    const path = this.#pathOf(value);
    if (path === undefined) return undefined;
    const room = path.slice(0, path.lastIndexOf(".") + 1);
    return this.entry(path)?.signatures?.map((each) => `${room}${each}`)
      .join("\n          ");
  }

  /** The names below a name: `"net.tcp"` -> `["net.tcp.connect", …]`. */
  below(path: string): string[] {
    const depth = path.split(".").length + 1;
    return Object.keys(this.#index).filter((name) =>
      name.startsWith(`${path}.`) && name.split(".").length === depth
    );
  }

  /** What the index knows of a full name. */
  entry(path: string): DocEntry | undefined {
    return Object.hasOwn(this.#index, path) ? this.#index[path] : undefined;
  }

  /**
   * The options that a function takes.
   *
   * @param callee The function as it is written: `"net.tcp.connect"`.
   */
  optionsFor(callee: string): { name: string; detail: string }[] {
    const entry = this.entry(callee);
    if (!entry) return [];
    return this.#optionsOf(entry).flatMap((type) =>
      this.below(this.#typePath(callee, type)).map((path) => ({
        name: path.slice(path.lastIndexOf(".") + 1),
        detail: firstSentence(this.#index[path]!.doc),
      }))
    );
  }

  /**
   * The members of what a call gives, by the type that its docs name: nothing
   * is run, as completion must not.
   *
   * @param expression A call: `net.ip.subnet("10.0.0.0/8")`, also awaited.
   */
  membersOfCall(expression: string): { name: string; kind: string }[] {
    const call = expression.replace(/^\(await\s+([\s\S]*)\)$/, "$1");
    const callee = /^([\w$.]+)\([\s\S]*\)$/.exec(call)?.[1];
    const signature = callee && this.entry(callee)?.signatures?.[0];
    if (!signature) return [];
    const type = /\): (?:Promise<)?(\w+)/.exec(signature)?.[1];
    const path = `${callee.replace(/\.[^.]+$/, "")}.${type}`;
    return this.below(path).map((member) => ({
      name: member.slice(path.length + 1),
      kind: this.#index[member]!.kind,
    }));
  }

  /** A type that a function or method names: of its own room, or of another. */
  #typePath(path: string, type: string): string {
    for (let at = path; at.includes(".");) {
      at = at.slice(0, at.lastIndexOf("."));
      if (this.entry(`${at}.${type}`)) return `${at}.${type}`;
    }
    return Object.keys(this.#index).find((name) => name.endsWith(`.${type}`)) ??
      type;
  }

  #named(name: string): string | undefined {
    if (name === "net") return name;
    return [name, `net.${name}`].find((path) => this.entry(path));
  }

  #pathOf(value: unknown): string | undefined {
    if (this.#rooms !== loadedCount()) {
      this.#rooms = loadedCount();
      this.#paths = pathsOf(this.#index);
    }
    const paths = this.#paths;
    const known = paths.get(value);
    if (known !== undefined || value === null) return known;
    if (typeof value !== "object") return undefined;
    for (
      let prototype: object | null = value;
      prototype;
      prototype = Object.getPrototypeOf(prototype) as object | null
    ) {
      const path = paths.get(
        (prototype as { constructor?: unknown }).constructor,
      );
      if (path !== undefined) return path;
    }
    return undefined;
  }

  #welcome(): HelpPage {
    return new HelpPage((canvas) => {
      const { paint, table } = inspect;
      const rooms = this.below("net").filter((path) =>
        this.#index[path]!.kind === "namespace"
      ).map((path) => ({
        room: path,
        what: firstSentence(this.#index[path]!.doc),
      }));
      return [
        paint("heading", "net is the network, typed.", canvas),
        "",
        "Three things to try:",
        `  ${
          paint("accent", 'net.ip.subnet("10.0.0.0/24").split(26)', canvas)
        }`,
        `  ${
          paint("accent", "net.tcp.connect?", canvas)
        }            what a name is, and an example`,
        `  ${
          paint("accent", ".book 18", canvas)
        }                     a lesson, cell by cell`,
        "",
        table(rooms, { columns: ["room", "what"], canvas }),
        "",
        ...this.#commands.map(([usage, summary]) =>
          `  ${paint("key", usage.padEnd(24), canvas)}  ${summary}`
        ),
        "",
        "Tab completes, Ctrl-R searches what was typed before, Ctrl-C stops, _ is the last value.",
      ].join("\n");
    });
  }

  #entry(path: string): HelpPage {
    if (path === "net") return this.#welcome();
    const entry = this.#index[path]!;
    return new HelpPage((canvas) => {
      const { paint, table, wrap } = inspect;
      const lines = [paint("heading", path, canvas)];
      for (const signature of entry.signatures ?? []) {
        lines.push(`  ${paint("accent", signature, canvas)}`);
      }
      lines.push("", ...prose(entry.doc, canvas));
      const section = (title: string, body: readonly string[]) => {
        if (body.length > 0) {
          lines.push("", paint("heading", title, canvas), ...body);
        }
      };
      section(
        "Takes",
        (entry.params ?? []).flatMap(([name, doc]) =>
          hanging(name, doc, canvas)
        ),
      );
      for (const options of this.#optionsOf(entry)) {
        section(
          options,
          this.below(this.#typePath(path, options)).flatMap((property) =>
            hanging(
              property.slice(property.lastIndexOf(".") + 1),
              this.#index[property]!.doc,
              canvas,
            )
          ),
        );
      }
      section(
        "Gives",
        (entry.returns ?? []).flatMap((text) =>
          indent(wrap(text, canvas.width - 2))
        ),
      );
      section(
        "Throws",
        (entry.throws ?? []).flatMap((text) =>
          indent(wrap(text, canvas.width - 2))
        ),
      );
      const members = this.below(path);
      if (members.length > 0) {
        lines.push(
          "",
          table(
            members.map((member) => ({
              name: member.slice(path.length + 1),
              what: firstSentence(this.#index[member]!.doc),
            })),
            { columns: ["name", "what"], canvas },
          ),
        );
      }
      section(
        "Example",
        (entry.examples ?? []).flatMap((code) => indent(code.split("\n"))),
      );
      section("Source", (entry.see ?? []).map((text) => `  ${text}`));
      return lines.join("\n");
    });
  }

  /** The option bags that a function takes, by their types' names. */
  #optionsOf(entry: DocEntry): string[] {
    const names = (entry.signatures ?? []).join(" ").match(/\b\w+Options\b/g);
    return [...new Set(names ?? [])];
  }

  #search(word: string): HelpPage {
    const wanted = word.toLowerCase();
    const rank = ([path, { doc }]: [string, DocEntry]) =>
      path.toLowerCase().endsWith(`.${wanted}`)
        ? 0
        : path.toLowerCase().includes(wanted)
        ? 1
        : doc.toLowerCase().includes(wanted)
        ? 2
        : 3;
    const hits = Object.entries(this.#index)
      .map((entry): [number, string] => [rank(entry), entry[0]])
      .filter(([score]) => score < 3)
      .sort(([a], [b]) => a - b);
    const here = hereFor(word);
    return new HelpPage((canvas) =>
      [
        ...here === undefined ? [] : [`Here it is: ${here}`, ""],
        hits.length === 0
          ? here === undefined
            ? `Nothing in the docs mentions ${
              JSON.stringify(word)
            }. Try: help()`
            : ""
          : inspect.table(
            hits.slice(0, 20).map(([, path]) => ({
              name: path,
              what: firstSentence(this.#index[path]!.doc),
            })),
            { columns: ["name", "what"], canvas },
          ),
      ].join("\n").trimEnd()
    );
  }
}

/** The values that documented names stand for, and their names. */
function pathsOf(index: DocIndex): Map<unknown, string> {
  const paths = new Map<unknown, string>([[net, "net"]]);
  for (const [path, { kind }] of Object.entries(index)) {
    let value: unknown = net;
    for (const name of path.split(".").slice(1)) {
      const holder = value;
      value = kind === "method" && typeof holder === "function"
        ? methodOf(holder, name)
        : valueOf(holder, name);
    }
    const isOurs = typeof value === "function" || kind === "namespace";
    if (isOurs && value !== undefined && !paths.has(value)) {
      paths.set(value, path);
    }
  }
  return paths;
}

/** A property; no getter is run, also not that of a room that is not loaded. */
function valueOf(holder: unknown, name: string): unknown {
  return holder === undefined || holder === null
    ? undefined
    : Object.getOwnPropertyDescriptor(holder, name)?.value;
}

/** A method as instances have it, or a static one; no getter is run. */
function methodOf(constructor: { prototype?: object }, name: string): unknown {
  const { prototype = {} } = constructor;
  return (Object.getOwnPropertyDescriptor(prototype, name) ??
    Object.getOwnPropertyDescriptor(constructor, name))?.value;
}
