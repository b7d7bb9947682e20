/**
 * The house rules as programs: each is a name, the reason for it, and a check
 * over the import graph and the texts of the files.
 *
 * @module
 */

import { lex } from "../repl/lex.ts";

/** One import as it stands in a file. */
export interface Import {
  readonly specifier: string;
  /** A path from the root, or a specifier of something that is not ours. */
  readonly target: string;
  readonly dynamic: boolean;
  readonly typeOnly: boolean;
}

/** One file of ours. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** A rule of the house. */
export interface Rule {
  readonly name: string;
  readonly reason: string;
  check(files: readonly SourceFile[]): string[];
}

interface InfoDependency {
  readonly specifier: string;
  readonly isDynamic?: boolean;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
}

interface InfoModule {
  readonly specifier: string;
  readonly dependencies?: readonly InfoDependency[];
}

/**
 * Reads a tree's TypeScript files and what they import, types included.
 *
 * @param root The tree's folder, with a trailing slash.
 */
export async function readTree(root: URL): Promise<SourceFile[]> {
  const paths: string[] = [];
  for (const top of ["mod.ts", "lib", "repl", "scripts", "tests"]) {
    paths.push(...await listFiles(new URL(top, root), top));
  }
  // One root that imports every file, so that one graph holds them all.
  const all = paths.map((path) => `import "${new URL(path, root).href}";`);
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, all.join("\n"));
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "info",
        "--json",
        "--config",
        new URL("deno.json", root).pathname,
        "--no-lock",
        entry,
      ],
      stderr: "inherit",
    }).output();
    if (!success) throw new Error("deno info failed; see above");
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
      modules: readonly InfoModule[];
    };
    const bySpecifier = new Map(modules.map((x) => [x.specifier, x]));
    return await Promise.all(paths.map(async (path) => {
      const url = new URL(path, root);
      return {
        path,
        text: await Deno.readTextFile(url),
        imports: (bySpecifier.get(url.href)?.dependencies ?? []).map((
          { specifier, isDynamic = false, code, type },
        ) => {
          const target = code?.specifier ?? type?.specifier ?? specifier;
          return {
            specifier,
            target: target.startsWith(root.href)
              ? target.slice(root.href.length)
              : target,
            dynamic: isDynamic,
            typeOnly: code === undefined,
          };
        }),
      };
    }));
  } finally {
    await Deno.remove(entry);
  }
}

async function listFiles(url: URL, path: string): Promise<string[]> {
  const info = await Deno.stat(url).catch(() => undefined);
  if (!info) return [];
  if (info.isFile) return /\.tsx?$/.test(path) ? [path] : [];
  const found: string[] = [];
  for await (const { name } of Deno.readDir(url)) {
    found.push(
      ...await listFiles(new URL(`${url.href}/${name}`), `${path}/${name}`),
    );
  }
  return found.sort();
}

/** Level 0 knows nothing; what is above may use what is below. */
const LEVELS: readonly (readonly [level: number, path: RegExp])[] = [
  [0, /^lib\/errors\.ts$/],
  [0.2, /^lib\/(deadline|file_failure|known_options|nearest|random|yaml)\.ts$/],
  [0.4, /^lib\/inspect\//],
  [0.6, /^lib\/bytes\//],
  [1, /^lib\/ip\//],
  [3, /^lib\/firewall\/(kernel\/|mod\.ts$)/],
  [2, /^lib\/(packet|switching|firewall|pcap)\//],
  [3, /^lib\/(ffi|socket|dns|http|ws|tls|ssh|snmp|linux|wire)\//],
  [4, /^lib\/(device|diag|lab|fleet)\//],
  [5, /^mod\.ts$/],
  [6, /^(repl|scripts)\//],
  [7, /^tests\//],
];

/** Rooms of one level that may still use each other, one way. */
const BESIDE = new Map([
  ["pcap", ["packet"]],
  ["firewall", ["ffi", "linux", "packet"]],
  ["wire", ["ffi", "linux"]],
  ["dns", ["ffi", "linux", "socket"]],
  ["http", ["ffi", "socket"]],
  ["ws", ["ffi", "http", "socket"]],
  ["tls", ["ffi", "socket", "wire"]],
  ["ssh", ["ffi", "socket", "tls"]],
  ["snmp", ["ffi", "socket"]],
  ["socket", ["ffi", "linux"]],
  ["linux", ["ffi"]],
  ["fleet", ["device"]],
]);

/** Programs that a lab starts own their standard streams, and serve its room. */
const LAB_PROGRAM = /^repl\/(agent|host|capture)\.ts$/;

function levelOf(path: string): number | undefined {
  return LEVELS.find(([, pattern]) => pattern.test(path))?.[0];
}

function roomOf(path: string): string {
  return /^lib\/([^/]+)\//.exec(path)?.[1] ?? path.split("/")[0]!;
}

function isOurs(target: string): boolean {
  return levelOf(target) !== undefined;
}

/** The code of a file, its comments and the insides of its strings blanked. */
function codeOf({ text }: SourceFile): string {
  let code = text;
  for (const { kind, start, end } of lex(text).tokens) {
    if (kind === "comment" || kind === "string" || kind === "template") {
      code = code.slice(0, start) + " ".repeat(end - start) + code.slice(end);
    }
  }
  return code;
}

function find(
  files: readonly SourceFile[],
  where: RegExp,
  pattern: RegExp,
  say: (match: string) => string,
): string[] {
  return files.filter(({ path }) => where.test(path)).flatMap((file) =>
    [...codeOf(file).matchAll(pattern)].map((match) =>
      `${file.path}: ${say(match[0])}`
    )
  );
}

/** The package that a specifier names: `npm:ws@8/x` -> `ws`. */
function packageOf({ specifier, target }: Import): string | undefined {
  const name = /^(?:npm|jsr):\/?(@[^/]+\/[^/@]+|[^/@]+)/.exec(target)?.[1];
  return name ?? (/^https?:/.test(target) ? specifier : undefined);
}

function downward(files: readonly SourceFile[]): string[] {
  const wrong: string[] = [];
  const rooms = files.find(({ path }) => path === "mod.ts")?.imports ?? [];
  for (const { path, imports } of files) {
    const level = levelOf(path);
    if (level === undefined) {
      wrong.push(`${path}: is in no room that has a level`);
      continue;
    }
    for (const { target } of imports) {
      const other = levelOf(target);
      if (other === undefined) continue;
      const [room, from] = [roomOf(target), roomOf(path)];
      const beside = room === from || BESIDE.get(from)?.includes(room);
      if (other > level || (other === level && level < 5 && !beside)) {
        wrong.push(`${path}: imports ${target}, which is not below it`);
      }
      const isLibrary = path.startsWith("lib/");
      if (
        isLibrary && room !== from && /\/mod\.ts$/.test(target)
      ) {
        wrong.push(`${path}: imports the barrel ${target}; import the file`);
      }
      // The prompt loads a room when an entry names it, so it takes rooms one
      // by one, each by the door that mod.ts takes; scripts read as programs.
      const byDoor = path.startsWith("repl/") &&
          rooms.some((room) => room.target === target) ||
        LAB_PROGRAM.test(path) && room === "lab";
      if (level === 6 && other < 5 && !byDoor) {
        wrong.push(
          `${path}: imports ${target}; scripts use mod.ts, the prompt that or what mod.ts exports`,
        );
      }
    }
  }
  return [...wrong, ...cycles(files), ...barrels(files)];
}

function cycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(
    files.map(({ path, imports }) => [
      path,
      // Loading something later, inside a function, closes no cycle.
      // So does the type of a file itself.
      imports.filter(({ target, dynamic }) =>
        isOurs(target) && !dynamic && target !== path
      )
        .map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push(`cycle: ${[...trail.slice(at), path].join(" -> ")}`);
      return;
    }
    if (done.has(path)) return;
    done.add(path);
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

function barrels(files: readonly SourceFile[]): string[] {
  return files.filter(({ path }) => /^lib\/.*\/mod\.ts$/.test(path)).flatMap(
    (file) =>
      codeOf(file).split("\n").filter((line) =>
        line.trim() !== "" && !/^export \* from\s+;$/.test(line)
      ).map((line) =>
        `${file.path}: a barrel holds only "export * from": ${line.trim()}`
      ),
  );
}

function oneDoor(files: readonly SourceFile[]): string[] {
  const doors = new Map<string, Set<string>>();
  const wrong: string[] = [];
  for (const { path, imports } of files) {
    if (path.startsWith("tests/")) continue;
    for (const imported of imports) {
      const name = packageOf(imported);
      if (name !== undefined) {
        doors.set(name, (doors.get(name) ?? new Set()).add(path));
      }
      const foreign = name !== undefined || /^node:/.test(imported.target);
      if (
        path.startsWith("lib/") && foreign && !imported.dynamic &&
        !imported.typeOnly
      ) {
        wrong.push(
          `${path}: loads ${imported.specifier} at once; import() it inside the function that needs it`,
        );
      }
    }
  }
  for (const [name, paths] of doors) {
    if (paths.size > 1) {
      wrong.push(`${name} has ${paths.size} doors: ${[...paths].join(", ")}`);
    }
  }
  return [
    ...wrong,
    ...find(
      files,
      /^(?!lib\/ffi\/|tests\/)/,
      /\bDeno\s*\.\s*dlopen\b/g,
      () => "calls Deno.dlopen outside lib/ffi",
    ),
    ...files.filter(({ path }) => path.startsWith("lib/")).flatMap((file) =>
      [...file.text.matchAll(/(?<![.#])\bimport\(\s*([^"'\s)])/g)].filter((
        { index },
      ) => codeOf(file).startsWith("import", index)).map(() =>
        `${file.path}: import() of a computed specifier; a bundle cannot follow it`
      )
    ),
  ];
}

/** What pure files may still name: facts about the terminal, types. */
const PURE_DENO =
  /^Deno\.(consoleSize|customInspect|errors|inspect|InspectOptions)$/;

/** What the runtime has built in that only computes, and the web lacks. */
const PURE_NODE = /^node:(zlib|crypto)$/;

function pure(files: readonly SourceFile[]): string[] {
  const isPure = (path: string) => (levelOf(path) ?? 9) <= 2;
  // The files that open capture files are those that read and write; sql.ts
  // loads a native library, and says why it could not.
  const opens = /^lib\/pcap\/(source|target|sql)\.ts$/;
  return files.filter(({ path }) => isPure(path) && !opens.test(path)).flatMap(
    (file) => [
      ...[...codeOf(file).matchAll(/\bDeno\.\w+/g)]
        .map(([name]) => name)
        .filter((name) => !PURE_DENO.test(name))
        .map((name) => `${file.path}: uses ${name}`),
      ...file.imports.filter(({ target }) =>
        /^node:/.test(target) && !PURE_NODE.test(target)
      ).map(({ target }) => `${file.path}: imports ${target}`),
    ],
  );
}

const BANNED =
  /(?:^|[/_])(utils?|common|helpers?|misc|managers?|services?|base)(?:[/_.]|$)/;

/** The rules, in the order in which ARCHITECTURE names them. */
export const rules: readonly Rule[] = [
  {
    name: "imports point downward, without cycles",
    reason:
      "a room can be read, tested and loaded with what is below it and nothing else; a cycle makes two rooms one",
    check: downward,
  },
  {
    name: "one door per dependency",
    reason:
      "a package can be replaced by editing one file, and what is loaded late keeps the prompt fast",
    check: oneDoor,
  },
  {
    name: "lib never prints, prompts or exits",
    reason:
      'the program that calls the library owns the terminal and the process; standard input is read where a capture is opened by the name "-"',
    check: (files) =>
      find(
        files,
        /^(lib\/(?!pcap\/source\.ts)|mod\.ts)/,
        // A question to the user is a text, which is blank here; transactions
        // and connections are confirmed too.
        /\bconsole\s*\.|\bDeno\s*\.\s*(stdout|stderr|stdin|exit)\b|(?<![.#]|\bget )\b(alert|prompt)\s*\(|\b(?<!\.)confirm\(\s+|\bprocess\s*\.\s*(stdout|stderr|exit)\b/g,
        (match) => `uses ${match}`,
      ),
  },
  {
    name: "levels 0 to 2 are pure",
    reason:
      "what only computes is tested without permissions, and runs wherever JavaScript does",
    check: pure,
  },
  {
    name: "no file or folder is named for being a heap",
    reason:
      "a name that says nothing collects everything; name a file for what is in it",
    check: (files) =>
      files.filter(({ path }) => BANNED.test(path))
        .map(({ path }) => `${path}: ${BANNED.exec(path)![1]} says nothing`),
  },
];
