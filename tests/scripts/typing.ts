/**
 * A script on a terminal of its own, at which somebody types.
 *
 * @module
 */

/** Why there is none here, if so. */
export const noTerminal: string | undefined = missing();

function missing(): string | undefined {
  try {
    Deno.statSync("/usr/bin/script");
    return undefined;
  } catch {
    return "there is no /usr/bin/script; apt-get install bsdutils";
  }
}

/**
 * Runs a program on a terminal, and types what is to be typed when it asks.
 *
 * @param command Its words.
 * @param options Its folder and environment.
 * @param asks What it asks, and the keys that are pressed then.
 * @returns How it ended, and all that was seen.
 */
export async function typed(
  command: readonly string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env">,
  asks: readonly (readonly [question: string, keys: string])[],
): Promise<{ code: number; screen: string }> {
  const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const child = new Deno.Command("/usr/bin/script", {
    args: ["-qefc", line.join(" "), "/dev/null"],
    ...options,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  const left = [...asks];
  let screen = "";
  let asked = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    screen += text;
    asked += text;
    if (left.length === 0 || !asked.includes(left[0]![0])) continue;
    asked = "";
    await keyboard.write(new TextEncoder().encode(left.shift()![1]));
  }
  await keyboard.close().catch(() => {});
  const { code } = await child.status;
  return { code, screen };
}
