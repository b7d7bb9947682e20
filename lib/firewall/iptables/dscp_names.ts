/**
 * Classes and types of service by the names that iptables has for them.
 *
 * @see RFC 2474, RFC 2597, RFC 3246; RFC 1349
 *
 * @module
 */

const rows: Record<string, number> = { BE: 0, DF: 0, EF: 46 };
for (let i = 0; i < 8; i++) rows[`CS${i}`] = i * 8;
for (let i = 1; i < 5; i++) {
  for (let j = 1; j < 4; j++) rows[`AF${i}${j}`] = i * 8 + j * 2;
}

export const dscpClasses: Readonly<Record<string, number>> = rows;

export const tosNames: Readonly<Record<string, number>> = {
  "Minimize-Delay": 0x10,
  "Maximize-Throughput": 0x08,
  "Maximize-Reliability": 0x04,
  "Minimize-Cost": 0x02,
  "Normal-Service": 0x00,
};
