import assert from "node:assert/strict";
import type { Agent } from "../../lib/snmp/agent/agent.ts";
import type { AgentOptions } from "../../lib/snmp/agent/options.ts";
import { agent as openAgent } from "../../lib/snmp/agent/serve.ts";
import { PDU, readMessage } from "../../lib/snmp/asking/message.ts";
import { oidAt, rawAt, typeAt } from "../../lib/snmp/asking/values.ts";
import { pduElement } from "../../lib/snmp/message/ber.ts";
import {
  openMessage,
  securedMessage,
} from "../../lib/snmp/message/outgoing.ts";
import { UserKeys } from "../../lib/snmp/message/user_keys.ts";
import { REFUSALS } from "../../lib/snmp/message/usm.ts";
import { open } from "../../lib/snmp/open.ts";
import { loadNetSnmp } from "../../lib/snmp/session.ts";
import * as udp from "../../lib/socket/udp.ts";
import { message, pdu } from "../unit/snmp/ber.ts";
import { ALL_USERS } from "./snmp_bed.ts";
import { hostile } from "./snmp_noise.ts";

const WAIT = { timeout: 10_000 };
const user = ALL_USERS.find(({ name }) => name === "sha_aes")!;
const NAME = "1.3.6.1.2.1.1.5.0";

/** An agent on a free port, which `public` may read. */
function agent(options: AgentOptions = {}): Promise<Agent> {
  return openAgent({ port: 0, ...options });
}

/** Sends a message and gives what is said to it. */
async function said(target: string, octets: Uint8Array) {
  await using socket = await udp.connect(target);
  await socket.send(octets);
  const { data } = await socket.receive(WAIT);
  return { data, message: readMessage(data) };
}

Deno.test("an answer that does not fit is tooBig, and one to get-bulk is cut at a variable", async () => {
  await using served = await agent({ maxSize: 484 });
  const at = `${served.address}`;
  served.set("sysDescr", "d".repeat(200));
  served.set("sysContact", "c".repeat(200));
  served.set("sysLocation", "l".repeat(200));
  const ask = async (octets: Uint8Array) => {
    const { data, message } = await said(at, octets);
    assert.ok(data.length <= 484 && message.version !== 3);
    const { errorStatus, places } = message.pdu;
    return [errorStatus, places.length / 5];
  };
  const oids = [1, 4, 6].map((n) => `1.3.6.1.2.1.1.${n}.0`);
  const null_ = Uint8Array.of(5, 0);
  const all = oids.map((oid) => [oid, null_] as const);
  assert.deepEqual(await ask(message(1, "public", pdu(PDU.get, 1, all))), [
    1,
    0,
  ]);
  assert.deepEqual(await ask(message(0, "public", pdu(PDU.get, 1, all))), [
    1,
    3,
  ]);
  const from = [["1.3.6.1.2.1.1", null_]] as const;
  const bulk = pdu(PDU.bulk, 1, from, [0, 50]);
  assert.deepEqual(await ask(message(1, "public", bulk)), [0, 3]);
  assert.equal(served.counts.outTooBigs, 2);
  // All the same, everything can be walked.
  await using session = await open(at);
  assert.equal((await session.walk("system")).length, 7);
});

Deno.test("reports say what is wrong with a message of version 3, and count it", async () => {
  await using served = await agent({ users: [user, { name: "none" }] });
  const at = `${served.address}`;
  const loaded = await loadNetSnmp();
  const engineId = Uint8Array.fromHex(served.engineId);
  const right = { engineId, boots: 1, time: 0 };
  const wrong = {
    ...user,
    auth: { protocol: "sha", password: "another one" },
  } as const;
  const cases = [
    [{ ...right, engineId: new Uint8Array(0) }, { name: "" }, "unknownEngines"],
    [{ ...right, engineId: engineId.toReversed() }, user, "unknownEngines"],
    [right, { ...user, name: "nobody" }, "unknownUsers"],
    [right, { ...user, name: "none" }, "unsupportedLevels"],
    [right, wrong, "wrongDigests"],
    [{ ...right, time: 200 }, user, "notInTimeWindows"],
    [{ ...right, boots: 2 }, user, "notInTimeWindows"],
    [
      right,
      { ...user, priv: { protocol: "aes", password: "another one" } },
      "decryptionErrors",
    ],
  ] as const;
  const counted: Record<string, number> = {};
  for (const [clock, who, refusal] of cases) {
    const keys = who.name === "" ? undefined : new UserKeys(loaded, who);
    const { message } = await said(
      at,
      securedMessage({
        id: 77,
        user: keys,
        level: keys?.level ?? "noAuthNoPriv",
        isReportable: true,
        clock,
        contextEngineId: clock.engineId,
        contextName: "",
      }, pduElement(PDU.get, 5, [0, 0], [])),
    );
    assert.ok(message.version === 3);
    const { security, pdu } = message;
    assert.equal(security.id, 77);
    assert.deepEqual(Uint8Array.from(security.engineId), engineId);
    assert.equal(pdu!.type, PDU.report);
    assert.equal(oidAt(pdu!, 0), REFUSALS[refusal]);
    assert.equal(typeAt(pdu!, 0), "Counter32");
    counted[refusal] = (counted[refusal] ?? 0) + 1;
    assert.equal(rawAt(pdu!, 0), counted[refusal]);
    // Only a report about time is signed: whoever believes it, sets a clock.
    assert.equal(security.flags, refusal === "notInTimeWindows" ? 1 : 0);
  }
});

Deno.test("whatever octets come, the agent goes on, and counts them", async () => {
  await using served = await agent({ users: [user] });
  const at = `${served.address}`;
  const loaded = await loadNetSnmp();
  const engineId = Uint8Array.fromHex(served.engineId);
  const question = pdu(PDU.getNext, 1, [[NAME, Uint8Array.of(5, 0)]]);
  const whole = [
    openMessage(0, "public", question),
    openMessage(1, "public", question),
    securedMessage({
      id: 1,
      user: new UserKeys(loaded, user),
      level: "authPriv",
      isReportable: true,
      clock: { engineId, boots: 1, time: 0 },
      contextEngineId: engineId,
      contextName: "",
    }, question),
  ];
  const sent = await hostile(at, whole);
  await using session = await open(at, WAIT);
  assert.equal((await session.get("sysName")).value, "netrepl");
  const { inPkts, inASNParseErrs } = served.counts;
  assert.ok(inPkts <= sent + 1 && inPkts > sent / 2, `${inPkts} of ${sent}`);
  assert.ok(inASNParseErrs > 300, `${inASNParseErrs}`);
});
