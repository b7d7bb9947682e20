/**
 * Runs the lab tests as a user without any rights, which takes root: with the
 * runtime and its packages where that user can read them.
 *
 * @module
 */

const NOBODY = "65534";

async function run(command: string, ...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(command, { args }).output();
  return success;
}

/** Links where that can be, which takes no time and no room; else copies. */
async function put(from: string, to: string): Promise<void> {
  if (await run("cp", "-rlL", from, to)) return;
  await Deno.remove(to, { recursive: true }).catch(() => {});
  await run("cp", "-rL", from, to);
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
  await run("chown", NOBODY, `${folder}/cache`, `${folder}/cache/npm`);
  const tests = Deno.args.length > 0
    ? Deno.args
    : [new URL(".", import.meta.url).pathname];
  const { code } = await new Deno.Command("setpriv", {
    args: [
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      "--clear-groups",
      "--inh-caps=-all",
      `${folder}/deno`,
      ...["test", "-A", "--no-check"],
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
  Deno.exitCode = code;
} finally {
  await Deno.remove(folder, { recursive: true });
}
