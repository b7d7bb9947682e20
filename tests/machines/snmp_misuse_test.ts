/**
 * What a caller gets wrong is told before anything is sent, beside a real snmpd.
 *
 * @module
 */

import assert from "node:assert/strict";
import { describe } from "../../lib/snmp/describe.ts";
import { agent } from "../../lib/snmp/agent/serve.ts";
import { listenTraps } from "../../lib/snmp/traps/listen.ts";
import { trap } from "../../lib/snmp/traps/send.ts";
import { open } from "../../lib/snmp/open.ts";
import { testUnless } from "../skip.ts";
import { snmpBed, whyNoSnmpd } from "./snmp_bed.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

Deno.test("what names no agent is not taken for this machine", async () => {
  for (const target of [undefined, null, 5, {}, { port: 161 }]) {
    await assert.rejects(open(wrong(target)), {
      name: "TypeError",
      message: /'target' must be a text, an address or \{ hostname, port \}/,
    });
  }
  for (const option of ["community", "context"]) {
    await assert.rejects(open("127.0.0.1", { [option]: wrong(5) }), {
      name: "TypeError",
      message: new RegExp(`'${option}' must be a text: current value is 5`),
    });
  }
  // One that is mistyped would ask as "public".
  for (
    const [options, message] of [
      [{ comunity: "x" }, /"comunity" is no option: did you mean "community"/],
      [{ username: "ada" }, /"username" is no option: .*user/],
    ] as const
  ) {
    const error = { name: "TypeError", message };
    await assert.rejects(open("127.0.0.1", wrong(options)), error);
    await assert.rejects(describe("127.0.0.1", wrong(options)), error);
  }
  const message = /its options must be an object/;
  await assert.rejects(open("127.0.0.1", wrong("private")), { message });
});

testUnless(
  whyNoSnmpd(),
  "what is no name is said, whatever is asked",
  async () => {
    await using bed = await snmpBed();
    await using session = await open(bed.target);
    for (const name of [undefined, 5]) {
      const error = { name: "TypeError", message: /its name must be a text/ };
      await assert.rejects(session.get(wrong<string>(name)), error);
      await assert.rejects(session.next(wrong<string>(name)), error);
      await assert.rejects(session.bulk(wrong<string>(name)), error);
      await assert.rejects(async () => await session.walk(wrong(name)), error);
      await assert.rejects(session.table(wrong(name)), error);
      await assert.rejects(session.set(wrong(name), 5), error);
    }
    // Python's easysnmp takes many names like that; here they would be options.
    const ask = (name: string, options: unknown) =>
      session.get(name, wrong(options));
    await assert.rejects(ask("sysName", "sysUpTime"), /must be an object/);
    await assert.rejects(ask("sysName", { timeuot: 5 }), /mean "timeout"/);
    await assert.rejects(
      async () => await session.walk("system", wrong({ limit: 3 })),
      /Cannot walk as "limit" is no option: maxRepetitions/,
    );
    // They would be served to, and taken from, "public".
    const community = wrong<object>({ port: 0, community: "secret" });
    const error = { name: "TypeError", message: /did you mean "communities"/ };
    await assert.rejects(agent(community), error);
    await assert.rejects(listenTraps(community), error);
    const values = wrong<object>({ retry: 1 });
    await assert.rejects(
      trap("127.0.0.1:9", "coldStart", {}, values),
      /retries/,
    );
    assert.equal((await session.get("sysName")).oid, "1.3.6.1.2.1.1.5.0");
  },
);

testUnless(
  whyNoSnmpd(),
  "no other community is advised for what nobody can set",
  async () => {
    await using bed = await snmpBed();
    const community = bed.writeCommunity;
    await using session = await open(bed.target, { community });
    await assert.rejects(session.set("sysUpTime.0", 5), {
      code: "not-writable",
      hint: undefined,
    });
    await using reader = await open(bed.target);
    await assert.rejects(reader.set("sysContact.0", "ada"), {
      code: "no-access",
      hint: /a community that may write/,
    });
  },
);
