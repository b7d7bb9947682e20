/**
 * Makes one file that is the whole program: a POSIX shell stub, and behind it
 * a compressed archive of the runtime that this runs on, the bundled modules
 * and the lessons. The stub unpacks it once into the reader's cache, in a
 * folder named for its content, and from then on only starts it.
 *
 * @module
 */

import manifest from "../../deno.json" with { type: "json" };

const root = new URL("../../", import.meta.url);
const dist = new URL("dist/", root);
const app = new URL("app/", dist);

async function run(command: string, args: string[], cwd = root): Promise<void> {
  const { success } = await new Deno.Command(command, { args, cwd }).output()
    .then((output) => {
      if (!output.success) Deno.stderr.writeSync(output.stderr);
      return output;
    });
  if (!success) throw new Error(`${command} ${args[0]} failed; see above`);
}

/** Packages that no bundle can hold: native libraries. The single file lacks them. */
const OUTSIDE: readonly (keyof typeof manifest.imports)[] = [
  "@duckdb/node-api",
];

/** What packages try to load and do without: parts compiled for Node. */
const TRIED: readonly string[] = ["*.node", "cpu-features"];

/** What is started by its path, as a process or a thread of its own. */
const PROGRAMS: readonly string[] = [
  "repl/agent.ts",
  "repl/capture.ts",
  "repl/host.ts",
  "repl/net.ts",
  "repl/remote.ts",
  "lib/lab/fabric_worker.ts",
  "lib/lab/probe_program.ts",
  "lib/socket/load_thread.ts",
  "lib/socket/serve_thread.ts",
];

/** All files in a folder and those in it, by their paths from there, in order. */
async function filesOf(folder: URL): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) paths.push(name);
    else {
      const inner = await filesOf(new URL(`${name}/`, folder));
      paths.push(...inner.map((path) => `${name}/${path}`));
    }
  }
  return paths.sort();
}

/** Bundles the prompt and every room into `dist/app`, shared parts once. */
async function bundleModules(): Promise<void> {
  await Deno.remove(app, { recursive: true }).catch(() => {});
  await Deno.mkdir(app, { recursive: true });
  await run(Deno.execPath(), [
    "bundle",
    "--code-splitting",
    "--minify",
    "--keep-names",
    "--outdir",
    "dist/app",
    ...[...OUTSIDE, ...TRIED].map((name) => `--external=${name}`),
    "repl/main.ts",
    ...PROGRAMS,
    ...Object.values(manifest.exports),
  ]);
}

/** What CommonJS packages find in a module of their own, and a bundle lacks. */
const COMMON_JS: readonly (readonly [uses: RegExp, gives: string])[] = [
  [
    /Dynamic require of "/,
    "const require=(name)=>{const module=process.getBuiltinModule(name);if(module)return module;throw Error(`There is no ${name} in the single file`)};",
  ],
  [/\b__dirname\b/, "const __dirname=import.meta.dirname;"],
  [/\b__filename\b/, "const __filename=import.meta.filename;"],
];

/** Where the sources name the program of a thread: beside themselves. */
const BESIDE = /new URL\("\.\/(\w+)\.ts",import\.meta\.url\)/g;

/** Gives modules what they look for around them, and a bundle has elsewhere. */
async function settleModules(): Promise<void> {
  for (const path of await filesOf(app)) {
    if (!path.endsWith(".js")) continue;
    const file = new URL(path, app);
    const text = await Deno.readTextFile(file);
    const head = COMMON_JS.filter(([uses]) => uses.test(text))
      .map(([, gives]) => `${gives}\n`).join("");
    const up = "../".repeat(path.split("/").length - 1) || "./";
    const body = text.replace(BESIDE, (_, name: string) => {
      const program = PROGRAMS.find((path) => path.endsWith(`/${name}.ts`));
      if (!program) throw new Error(`${name}.ts is not among PROGRAMS`);
      return `new URL("${up}${program.replace(/ts$/, "js")}",import.meta.url)`;
    });
    if (head + body !== text) await Deno.writeTextFile(file, head + body);
  }
}

/** The import map that lets scripts beside the program say `netrepl`. */
async function writeConfig(): Promise<void> {
  const imports = Object.fromEntries(
    Object.entries(manifest.exports).map(([name, path]) => [
      name.replace(/^\./, "netrepl"),
      path.replace(/\.ts$/, ".js"),
    ]),
  );
  await Deno.writeTextFile(
    new URL("deno.json", app),
    `${JSON.stringify({ imports }, null, 2)}\n`,
  );
}

async function copyLessons(): Promise<void> {
  await Deno.mkdir(new URL("scripts/", app));
  for await (const { name } of Deno.readDir(new URL("scripts/", root))) {
    await Deno.copyFile(
      new URL(`scripts/${name}`, root),
      new URL(`scripts/${name}`, app),
    );
  }
}

/** A name that changes when anything in the folder does. */
async function contentHash(): Promise<string> {
  const hashes = await Promise.all((await filesOf(app)).map(async (path) => {
    const octets = await Deno.readFile(new URL(path, app));
    const digest = await crypto.subtle.digest("SHA-256", octets);
    return `${path} ${new Uint8Array(digest).toHex()}`;
  }));
  const all = new TextEncoder().encode(hashes.join("\n"));
  const digest = await crypto.subtle.digest("SHA-256", all);
  return new Uint8Array(digest).toHex().slice(0, 16);
}

function stub(hash: string): string {
  const text = (offset: number) =>
    `#!/bin/sh
# netrepl ${manifest.version}. Unpacks itself once into the cache, then only starts.
home="\${NETREPL_CACHE:-\${XDG_CACHE_HOME:-\${HOME:?is not set. Try: NETREPL_CACHE=/a/folder/with/200/MB $0}/.cache}/netrepl}/${hash}"
if [ ! -x "$home/deno" ]; then
  part="$home.$$"
  trap 'rm -rf "$part"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if ! { mkdir -p "$part" && tail -c +${
      String(offset).padStart(8, "0")
    } "$0" | gzip -dc | tar -xf - -C "$part" && [ -x "$part/deno" ]; }; then
    echo "netrepl: cannot unpack to $home. Try: NETREPL_CACHE=/a/folder/with/200/MB $0" >&2
    exit 1
  fi
  [ -x "$home/deno" ] || mv "$part" "$home"
  rm -rf "$part"
  trap - EXIT HUP INT TERM
fi
export DENO_NO_UPDATE_CHECK=1 NETREPL_PROGRAM="$0"
case "\${1-} \${2-}" in " " | "lab up")
  # A cache that is somebody else's is only read.
  if [ -w "$home" ]; then audit="$home/audit.$$"; else audit=$(mktemp); fi
  [ -z "$audit" ] || export DENO_AUDIT_PERMISSIONS="$audit" ;;
esac
exec "$home/deno" run -q --no-lock --config "$home/deno.json" -A "$home/repl/main.js" "$@"
`;
  return text(new TextEncoder().encode(text(0)).length + 1);
}

async function writeProgram(): Promise<URL> {
  const hash = await contentHash();
  const program = new URL("netrepl", dist);
  const archive = new URL("app.tar.gz", dist);
  await run("tar", ["-C", "dist/app", "-czf", "dist/app.tar.gz", "."]);
  const head = new TextEncoder().encode(stub(hash));
  await Deno.writeFile(
    program,
    new Uint8Array(
      await new Blob([head, await Deno.readFile(archive)]).arrayBuffer(),
    ),
  );
  await Deno.chmod(program, 0o755);
  await Deno.remove(archive);
  return program;
}

await bundleModules();
await settleModules();
await writeConfig();
await copyLessons();
await Deno.copyFile(Deno.execPath(), new URL("deno", app));
await Deno.chmod(new URL("deno", app), 0o755);
const program = await writeProgram();
const { size } = await Deno.stat(program);
console.log(
  `dist/netrepl, ${(size / 1e6).toFixed(1)} MB, for ${Deno.build.target}`,
);
