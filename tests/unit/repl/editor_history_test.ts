import assert from "node:assert/strict";
import {
  hinter,
  type Recall,
  recalled,
  recallOf,
  type Search,
  searched,
  searchFor,
  searchOf,
  searchOn,
  walk,
  walkToEnd,
} from "../../../repl/editor/history.ts";

const ENTRIES = ["net.ip", "let a", "net.udp", "net.udp", "let b"];

/** Walks by a string of `<` and `>`; stays where there is nothing. */
function go(recall: Recall, steps: string, text = recalled(recall)): Recall {
  for (const step of steps) {
    recall = walk(recall, text, step === "<" ? -1 : 1) ?? recall;
    text = recalled(recall);
  }
  return recall;
}

Deno.test("a walk shows entries from the newest, each of a row of equals once", () => {
  const start = recallOf(ENTRIES);
  const shown = ["<", "<<", "<<<", "<<<<", "<<<<<"].map((steps) =>
    recalled(go(start, steps))
  );
  assert.deepEqual(shown, ["let b", "net.udp", "let a", "net.ip", "net.ip"]);
});

Deno.test("a walk from an unfinished line shows what begins like it, and leads back to it", () => {
  const start = recallOf(ENTRIES);
  assert.equal(recalled(go(start, "<", "net")), "net.udp");
  assert.equal(recalled(go(start, "<<", "net")), "net.ip");
  assert.equal(recalled(go(start, "<<>>", "net")), "net");
  assert.equal(walk(start, "nothing", -1), undefined);
  assert.equal(walk(start, "", 1), undefined);
});

Deno.test("an entry changed on the way stays changed until the walk is over", () => {
  const changed = go(go(recallOf(ENTRIES), "<", "dra"), "");
  const start = go(recallOf(ENTRIES), "<<", "");
  const back = go(start, ">>", "net.udp.open()");
  assert.equal(recalled(back), "");
  assert.equal(recalled(go(back, "<<")), "net.udp.open()");
  assert.equal(recalled(changed), "");
  assert.deepEqual(ENTRIES[2], "net.udp");
});

Deno.test("a walk can go to the oldest entry, and back to the unfinished line", () => {
  const oldest = walkToEnd(recallOf(ENTRIES), "draft", -1);
  assert.equal(recalled(oldest), "net.ip");
  assert.equal(recalled(walkToEnd(oldest, "net.ip", 1)), "draft");
  assert.equal(recalled(go(oldest, ">")), "let a");
});

function search(step: -1 | 1 = -1): Search {
  return searchOf(ENTRIES, step, { text: "draft", cursor: 2 });
}

Deno.test("a search finds the newest entry with a text in it, and where", () => {
  const found = searchFor(search(), "udp");
  assert.equal(searched(found), "net.udp");
  assert.equal(found.at, 4);
  assert.equal(found.failing, false);
});

Deno.test("a search goes on from where it is, also when its text grows", () => {
  const net = searchFor(search(), "et");
  assert.equal(searched(net), "let b");
  assert.equal(searched(searchFor(net, "et.")), "net.udp");
  assert.equal(searched(searchOn(searchOn(net, -1), -1)), "let a");
  assert.equal(searched(searchOn(searchOn(net, -1), 1)), "let b");
});

Deno.test("a search that fails keeps what it had, and says so", () => {
  const found = searchFor(search(), "ip");
  const older = searchOn(found, -1);
  assert.deepEqual([searched(older), older.failing], ["net.ip", true]);
  const other = searchFor(found, "ipx");
  assert.deepEqual([searched(other), other.failing], ["net.ip", true]);
  assert.equal(searchFor(other, "ip").failing, false);
  assert.equal(searched(searchFor(search(), "zzz")), "draft");
  assert.equal(searched(search()), "draft");
});

Deno.test("a search heeds case only if the text has a capital", () => {
  const entries = ["new Set()", "settle()"];
  const start = searchOf(entries, -1, { text: "", cursor: 0 });
  assert.equal(searched(searchFor(start, "set")), "settle()");
  assert.equal(searched(searchFor(start, "Set")), "new Set()");
});

Deno.test("a hint is what the newest entry with the same beginning goes on with", () => {
  const entries = ["net.ip.parse('1')", "net.ip.set()", "net.ip"];
  const hint = hinter({ entries });
  assert.equal(hint(""), undefined);
  assert.equal(hint("n"), "et.ip");
  assert.equal(hint("net.ip"), ".set()");
  assert.equal(hint("net.ip.p"), "arse('1')");
  assert.equal(hint("net.ip.pa"), "rse('1')");
  assert.equal(hint("net.ip.px"), undefined);
  assert.equal(hint("net.ip.pxy"), undefined);
  assert.equal(hint("net.ip.s"), "et()");
  entries.push("net.ip.socket");
  assert.equal(hint("net.ip.s"), "ocket");
});

Deno.test("a hint for text typed letter by letter costs next to nothing", () => {
  const entries = Array.from({ length: 10_000 }, (_, i) => `net.tcp.a${i}`);
  let reads = 0;
  const counted = new Proxy(entries, {
    get(target, key, receiver) {
      if (typeof key === "string" && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  const hint = hinter({ entries: counted });
  hint("x");
  const first = reads;
  for (const text of ["xy", "xyz", "xyz.", "xyz.a"]) hint(text);
  assert.ok(first >= 10_000);
  assert.ok(reads - first < 100, `${reads - first} reads`);
});
