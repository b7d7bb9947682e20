import assert from "node:assert/strict";
import { askAt } from "../../../lib/inspect/asking.ts";
import { confirmed, isAttended, typed } from "../../../lib/inspect/live.ts";

/** A terminal at which keys were typed ahead, and what is seen there. */
function terminal(keys: string, isTerminal = true) {
  const octets = [...new TextEncoder().encode(keys)];
  const seen = { text: "", raw: [] as boolean[], drawn: [] as string[] };
  return {
    seen,
    left: () => new TextDecoder().decode(Uint8Array.from(octets)),
    stdin: {
      isTerminal: () => isTerminal,
      setRaw: (mode: boolean) => void seen.raw.push(mode),
      read: (into: Uint8Array) => {
        const octet = octets.shift();
        if (octet === undefined) return Promise.resolve(null);
        into[0] = octet;
        return Promise.resolve(1);
      },
    },
    stderr: {
      writeSync: (text: Uint8Array) => {
        seen.text += new TextDecoder().decode(text);
        return text.length;
      },
    },
  };
}

Deno.test("questions are asked one after the other, and what is typed ahead is for the next", async () => {
  const one = terminal("yes\nno\nname\nrest");
  using _asker = askAt(one);
  assert.equal(isAttended(), true);
  assert.deepEqual(
    await Promise.all([confirmed("Go?"), confirmed("On?"), typed("Who? ")]),
    [true, false, "name"],
  );
  assert.equal(one.seen.text, "Go? [y/N] On? [y/N] Who? ");
  assert.equal(one.left(), "rest");
  // Lines that are seen are the terminal's to edit.
  assert.deepEqual(one.seen.raw, []);
});

Deno.test("a secret is typed unseen; keys erase whole characters", async () => {
  const one = terminal("é\x7fhus\b\b\b\bhush\rmore");
  using _asker = askAt(one);
  assert.equal(await typed("Password: ", { hidden: true }), "hush");
  assert.deepEqual(one.seen.raw, [true, false]);
  assert.equal(one.seen.text, "Password: \n");
});

Deno.test("Ctrl-D and the end give nothing, Ctrl-C an AbortError; the terminal is as it was", async () => {
  for (
    const [keys, name] of [["a\x04", ""], ["ab", ""], ["a\x03b", "AbortError"]]
  ) {
    const one = terminal(keys!);
    using _asker = askAt(one);
    const answer = typed("Password: ", { hidden: true });
    if (name === "") assert.equal(await answer, undefined);
    else await assert.rejects(answer, { name });
    assert.deepEqual(one.seen.raw, [true, false]);
  }
});

Deno.test("nothing is drawn over a question, and without a terminal nobody is asked", async () => {
  const one = terminal("y\n");
  {
    const pause = () => {
      one.seen.drawn.push("paused");
      return { [Symbol.dispose]: () => void one.seen.drawn.push("on") };
    };
    using _asker = askAt(one, { stage: { pause } });
    assert.equal(await confirmed("Sure?"), true);
  }
  assert.deepEqual(one.seen.drawn, ["paused", "on"]);
  assert.equal(isAttended(), false);
  using _nobody = askAt(terminal("y\n", false));
  assert.equal(await confirmed("Sure?"), undefined);
});
