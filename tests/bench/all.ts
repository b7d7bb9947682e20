/**
 * Runs the benches, or those named: `deno task bench prompt entry`.
 *
 * @module
 */

import { bench as address } from "./address.ts";
import { bench as capture } from "./capture.ts";
import { bench as connect } from "./connect.ts";
import { bench as craft } from "./craft.ts";
import { bench as device } from "./device.ts";
import { bench as deviceFleet } from "./device_fleet.ts";
import { bench as dns } from "./dns.ts";
import { bench as echo } from "./echo.ts";
import { bench as entry } from "./entry.ts";
import { bench as fabric } from "./fabric.ts";
import { bench as firstByte } from "./first_byte.ts";
import { bench as httpClient } from "./http_client.ts";
import { bench as httpServer } from "./http_server.ts";
import { bench as lab } from "./lab.ts";
import { bench as linux } from "./linux.ts";
import { bench as prompt } from "./prompt.ts";
import { bench as filter } from "./filter.ts";
import { bench as sockets } from "./sockets.ts";
import { bench as summarize } from "./summarize.ts";
import { bench as table } from "./table.ts";
import { bench as firewallLoad } from "./firewall_load.ts";
import { bench as firewallSimulate } from "./firewall_simulate.ts";
import { bench as firewallText } from "./firewall_text.ts";
import { bench as snmpWalk } from "./snmp_walk.ts";
import { bench as ssh } from "./ssh.ts";
import { bench as textfsm } from "./textfsm.ts";
import { bench as tlsHandshake } from "./tls_handshake.ts";
import { bench as tlsInspect } from "./tls_inspect.ts";
import { bench as tlsIssue } from "./tls_issue.ts";
import { bench as tlsScan } from "./tls_scan.ts";
import { bench as udp } from "./udp.ts";
import { bench as websocket } from "./websocket.ts";
import { bench as wireAsk } from "./wire_ask.ts";
import { bench as wireCapture } from "./wire_capture.ts";
import { bench as wireScan } from "./wire_scan.ts";
import { bench as wireSend } from "./wire_send.ts";

const benches: Readonly<Record<string, () => Promise<void>>> = {
  prompt,
  entry,
  address,
  summarize,
  table,
  craft,
  filter,
  capture,
  linux,
  sockets,
  lab,
  fabric,
  echo,
  connect,
  udp,
  dns,
  http_client: httpClient,
  http_server: httpServer,
  first_byte: firstByte,
  websocket,
  ssh,
  device,
  device_fleet: deviceFleet,
  textfsm,
  snmp_walk: snmpWalk,
  tls_handshake: tlsHandshake,
  tls_inspect: tlsInspect,
  tls_issue: tlsIssue,
  tls_scan: tlsScan,
  firewall_text: firewallText,
  firewall_load: firewallLoad,
  firewall_simulate: firewallSimulate,
  wire_capture: wireCapture,
  wire_send: wireSend,
  wire_ask: wireAsk,
  wire_scan: wireScan,
};

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(benches);
for (const name of wanted) {
  const bench = benches[name];
  if (!bench) {
    console.error(
      `There is no bench ${name}. Try: ${Object.keys(benches).join(", ")}`,
    );
    Deno.exit(1);
  }
  await bench();
}
// The kernel's worker would keep the process.
Deno.exit(0);
