/**
 * Lessons as a reader runs them, in a child.
 *
 * @module
 */

const root = new URL("../../", import.meta.url);

/** What came of it. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs the runtime to its end.
 *
 * @param args Its arguments.
 * @param input What it reads on its standard input.
 */
export async function deno(args: readonly string[], input = ""): Promise<Run> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}
