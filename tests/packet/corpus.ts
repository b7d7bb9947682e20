/** The recordings that the packet tests read, and the programs they ask. */

const PCAPS = new URL("../../../shared/data/pcaps/", import.meta.url);

/** The captures there are; none, with the reason printed, where there is no folder. */
export const captures: readonly { name: string; path: string }[] = list();

function list() {
  try {
    return Array.from(Deno.readDirSync(PCAPS), ({ name }) => name)
      .filter((name) => /\.pcap(ng)?$/.test(name))
      .sort()
      .map((name) => ({ name, path: new URL(name, PCAPS).pathname }));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    say(`skip: no captures in ${PCAPS.pathname}`);
    return [];
  }
}

/** Whether a program is there to ask; if not, the reason is printed. */
export function installed(program: string): boolean {
  try {
    new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    say(`skip: ${program} is not installed`);
    return false;
  }
}

/** Prints a line, past the capture of the test runner's reporter. */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Runs a program to its end, with octets on its standard input. */
export async function run(
  program: string,
  args: readonly string[],
  input?: Uint8Array,
): Promise<{ stdout: Uint8Array<ArrayBuffer>; stderr: string }> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const fed = input === undefined ? undefined : feed(child.stdin, input);
  const { stdout, stderr } = await child.output();
  await fed;
  return { stdout, stderr: new TextDecoder().decode(stderr) };
}

async function feed(
  stdin: WritableStream<Uint8Array>,
  octets: Uint8Array,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(octets);
    await writer.close();
  } catch {
    // A program that has read enough closes its end.
  }
}

/** Does something for each, so many at a time. */
export async function each<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of queue) await work(item);
  }));
}
