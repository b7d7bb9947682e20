import assert from "node:assert/strict";
import {
  type Answer,
  ANSWERS,
  meanings,
  type PortStatus,
  type TechniqueName,
  techniqueOf,
  TECHNIQUES,
  unreachableAnswer,
} from "../../../lib/wire/scanning/techniques.ts";

/** As nmap's manual has them (Port Scanning Techniques). */
const STATES: readonly (readonly [TechniqueName, Answer, PortStatus])[] = [
  ["syn", "syn-ack", "open"],
  ["syn", "syn", "open"],
  ["syn", "reset", "closed"],
  ["syn", "no-answer", "filtered"],
  ["syn", "port-unreachable", "filtered"],
  ["connect", "connected", "open"],
  ["connect", "refused", "closed"],
  ["connect", "no-answer", "filtered"],
  ["udp", "datagram", "open"],
  ["udp", "no-answer", "open|filtered"],
  ["udp", "port-unreachable", "closed"],
  ["udp", "admin-prohibited", "filtered"],
  ["ack", "reset", "unfiltered"],
  ["ack", "no-answer", "filtered"],
  ["fin", "reset", "closed"],
  ["null", "no-answer", "open|filtered"],
  ["xmas", "host-prohibited", "filtered"],
  ["maimon", "reset", "closed"],
];

Deno.test("what an answer means is what nmap makes of it", () => {
  for (const [name, answer, state] of STATES) {
    const found = meanings(techniqueOf(name))[ANSWERS.indexOf(answer)];
    assert.equal(found, state, `${name} ${answer}`);
  }
});

Deno.test("each unreachable that nmap counts makes a port filtered, but UDP's own", () => {
  for (
    const [family, codes] of [[4, [0, 1, 2, 3, 9, 10, 13]], [6, [
      0,
      1,
      3,
      4,
    ]]] as const
  ) {
    for (const code of codes) {
      const answer = unreachableAnswer(family, code);
      assert.ok(answer > 0, `${code}`);
      for (const [name, technique] of Object.entries(TECHNIQUES)) {
        const isOwn = name === "udp" && code === (family === 4 ? 3 : 4);
        assert.equal(
          meanings(technique)[answer],
          isOwn ? "closed" : "filtered",
        );
      }
    }
  }
  assert.equal(unreachableAnswer(4, 4), 0);
  assert.equal(unreachableAnswer(6, 2), 0);
});

Deno.test("techniqueOf() lists the techniques to whom names none of them", () => {
  assert.throws(() => techniqueOf("toString" as "syn"), {
    name: "TypeError",
    message:
      "Cannot scan ports as 'technique' must be one of syn, connect, udp, ack, fin, null, xmas, maimon: current value is \"toString\"",
  });
});
