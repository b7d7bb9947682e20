/** Lines of text beside tcpdump's own. */

import assert from "node:assert/strict";
import { DecodeError } from "../../lib/errors.ts";
import { open } from "../../lib/pcap/mod.ts";
import { lines } from "../../lib/pcap/text.ts";
import { captures, each, installed, run, say } from "./corpus.ts";

const ignore = captures.length === 0 || !installed("tcpdump");

/** A line in tcpdump's words: what we say in our own starts with a layer's name. */
const COVERED = /^\d+\.\d{6,} (IP6?|ARP,) /;

/** What each of tcpdump's lines starts with: it has no time after 2106. */
const FIRST = /^(\d+\.\d{6,} |\[Error converting time\] |\[Invalid header)/;

const ERROR = "[Error converting time]";

/** What tcpdump says of a payload, which we do not look into: it comes last. */
function startsAlike(ours: string, theirs: string): boolean {
  if (theirs === ours) return true;
  // Instead of a datagram's length it says what is in it.
  const datagram = ours.lastIndexOf(": UDP, length ");
  return datagram < 0
    ? theirs.startsWith(ours)
    : theirs.startsWith(ours.slice(0, datagram + 1));
}

async function ourLines(path: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const line of lines(await open(path))) found.push(line);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return found;
}

Deno.test({
  name: "lines of TCP, UDP, ICMP and ARP start as tcpdump's do",
  ignore,
  async fn() {
    let same = 0;
    let further = 0;
    let others = 0;
    const wrong: string[] = [];
    await each(captures, 2, async ({ name, path }) => {
      const ours = await ourLines(path);
      if (ours.length === 0) return;
      const { stdout } = await run("tcpdump", ["-nr", path, "-S", "-tt"]);
      // Some packets it says in more than one line, the others indented.
      const said = new TextDecoder().decode(stdout).split("\n")
        .filter((line) => FIRST.test(line));
      ours.forEach((line, at) => {
        const theirs = said[at] ?? "";
        if (!COVERED.test(line)) {
          others++;
          return;
        }
        if (theirs.startsWith(ERROR)) line = line.replace(/^\S+/, ERROR);
        // Its seconds have 32 bits, in a pcapng file too.
        line = line.replace(/^\d+/, (s) => `${Number(s) % 2 ** 32}`);
        if (theirs === line) same++;
        else if (startsAlike(line, theirs)) further++;
        else wrong.push(`${name} ${at + 1}\n  ${line}\n  ${theirs}`);
      });
    });
    say(
      `lines: ${same} as tcpdump's, ${further} as far as they go, ` +
        `${others} of other protocols`,
    );
    assert.deepEqual(wrong, [], wrong.join("\n"));
    assert.ok(same > 500 && further > 100, "both were compared");
  },
});
