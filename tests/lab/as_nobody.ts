/**
 * Runs the tests of lab and wire, or those whose file is named, as a user without any
 * rights, which takes root: with the runtime and its packages where that user can
 * read them.
 *
 * @module
 */

const NOBODY = "65534";

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(command, { args }).output();
  return success;
}

/** Links where that can be, which takes no time and no room; else copies. */
async function put(from: string, to: string): Promise<void> {
  if (await succeeds("cp", "-rlL", from, to)) return;
  await Deno.remove(to, { recursive: true }).catch(() => {});
  await succeeds("cp", "-rL", from, to);
}

const folder = await Deno.makeTempDir({ prefix: "netrepl_nobody_" });
try {
  await Deno.chmod(folder, 0o755);
  await put(Deno.execPath(), `${folder}/deno`);
  await Deno.mkdir(`${folder}/cache`);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout)) as {
    denoDir: string;
  };
  await put(`${denoDir}/npm`, `${folder}/cache/npm`);
  await succeeds("chown", NOBODY, `${folder}/cache`, `${folder}/cache/npm`);
  const run = async (
    command: readonly string[],
    tests: readonly string[],
    flags: readonly string[],
  ) => {
    const { code } = await new Deno.Command("setpriv", {
      args: [
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        "--clear-groups",
        "--inh-caps=-all",
        ...command,
        `${folder}/deno`,
        ...["test", "-A", "--no-check", ...flags],
        ...tests,
      ],
      env: {
        DENO_DIR: `${folder}/cache`,
        HOME: folder,
        PATH: `${folder}:${Deno.env.get("PATH")}`,
      },
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).output();
    Deno.exitCode ||= code;
  };
  const here = new URL("..", import.meta.url).pathname;
  const paths = ["lab", "wire"].flatMap((folder) =>
    [...Deno.readDirSync(here + folder)].map(({ name }) =>
      `${here}${folder}/${name}`
    )
  ).filter((path) =>
    path.endsWith("_test.ts") &&
    (Deno.args.length === 0 || Deno.args.some((arg) => path.includes(arg)))
  ).sort();
  // Tests of the kernel make namespaces of networks, which takes one of users.
  const space = ["unshare", "--user", "--map-root-user", "--net", "--mount"];
  const groups: [RegExp, readonly string[], readonly string[]][] = [
    [/lab\/(lab|ready_made)_/, [], []],
    [/lab\/(fabric|linux|probe)_|wire\/.*_life_/, space, []],
    [/wire\/(?!.*_life_)/, space, ["--parallel"]],
  ];
  for (const [pattern, command, flags] of groups) {
    const tests = paths.filter((path) => pattern.test(path));
    if (tests.length > 0) await run(command, tests, flags);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
