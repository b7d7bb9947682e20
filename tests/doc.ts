/**
 * Runs every example in the docs of lib and in the README, or in the files and
 * folders that are named. `deno test --doc` gives each example a runtime of its
 * own, and each of those loads the library; here those of a folder share one.
 *
 * @module
 */

const root = new URL("..", import.meta.url).pathname;

/** What examples may do: talk to this machine. */
const PERMISSIONS = ["--no-prompt", "--allow-net=127.0.0.1,[::1]"];

/** A comment of docs. */
const COMMENT = /\/\*\*[\s\S]*?\*\//g;

/** A block of code in docs, and the kinds that are run. */
const FENCE = /^ *```(?<kind>.*)\n(?<code>[\s\S]*?)^ *```$/gm;
const RUN = /^(ts|js|typescript|javascript) *$/;

/** What an import names by the way to it. */
const RELATIVE = /(\b(?:from|import) *\(?")(\.{1,2}\/[^"]+)/g;

interface Example {
  /** Where it stands, the way `deno test --doc` says it. */
  readonly name: string;
  /** Its lines, as far down as in their file. */
  readonly text: string;
}

/** The files that a name stands for. */
function filesOf(path: string): string[] {
  if (!Deno.statSync(root + path).isDirectory) return [path];
  return [...Deno.readDirSync(root + path)]
    .map(({ name }) => `${path}/${name}`).sort().flatMap(filesOf);
}

/** The examples of a file that are to be run. */
function examplesOf(path: string): Example[] {
  const text = Deno.readTextFileSync(root + path);
  const parts = path.endsWith(".md")
    ? [{ above: 0, text }]
    : Array.from(text.matchAll(COMMENT), ({ 0: comment, index }) => ({
      above: breaks(text.slice(0, index)),
      text: comment.replace(/^ *\* ?/gm, ""),
    }));
  return parts.flatMap((part) =>
    Array.from(part.text.matchAll(FENCE), (fence) => ({ part, fence }))
  ).filter(({ fence }) => RUN.test(fence.groups!.kind!)).map(
    ({ part, fence }) => {
      const first = part.above + breaks(part.text.slice(0, fence.index)) + 1;
      const code = fence.groups!.code!.replace(
        RELATIVE,
        (_, before, to) => before + new URL(to, `file://${root}${path}`),
      );
      return {
        name: `${path}#${first}-${first + breaks(fence[0])}.ts`,
        text: "\n".repeat(first) + code,
      };
    },
  );
}

/** How many lines end in a text. */
function breaks(text: string): number {
  return text.split("\n").length - 1;
}

const paths = Deno.args.filter((arg) => !arg.startsWith("-"));
const flags = Deno.args.filter((arg) => arg.startsWith("-"));
const rooms = new Map<string, Example[]>();
for (const path of (paths.length > 0 ? paths : ["lib", "README.md"])) {
  for (const file of filesOf(path).filter((name) => /\.(ts|md)$/.test(name))) {
    const room = /^lib\/[^/.]+/.exec(file)?.[0] ?? "others";
    rooms.set(room, [...rooms.get(room) ?? [], ...examplesOf(file)]);
  }
}

const folder = await Deno.makeTempDir({ prefix: "netrepl_doc_" });
try {
  for (const [room, examples] of rooms) {
    const name = room.replaceAll("/", "_");
    const tests = examples.map(({ name: where, text }, i) => {
      const file = `${name}_${i}.ts`;
      Deno.writeTextFileSync(`${folder}/${file}`, text);
      return `Deno.test(${JSON.stringify(where)}, async () => {
  await import("./${file}");
});`;
    });
    if (tests.length === 0) continue;
    Deno.writeTextFileSync(
      `${folder}/${name}_test.ts`,
      `import "netrepl";\nimport "node:assert/strict";\n${tests.join("\n")}\n`,
    );
  }
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "--no-check", "--parallel", ...PERMISSIONS, ...flags],
      ...["--config", `${root}deno.json`, folder],
    ],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exitCode = code;
} finally {
  await Deno.remove(folder, { recursive: true });
}
