/**
 * What the numbers of RADIUS are called (IANA's registry "RADIUS Types").
 *
 * @module
 */

/** The kinds of packet (RFC 2865 §3, RFC 2866 §3, RFC 5176 §2, RFC 5997 §3). */
export const CODES = {
  1: "Access-Request",
  2: "Access-Accept",
  3: "Access-Reject",
  4: "Accounting-Request",
  5: "Accounting-Response",
  11: "Access-Challenge",
  12: "Status-Server",
  13: "Status-Client",
  40: "Disconnect-Request",
  41: "Disconnect-ACK",
  42: "Disconnect-NAK",
  43: "CoA-Request",
  44: "CoA-ACK",
  45: "CoA-NAK",
} as const;

/** Service-Type (RFC 2865 §5.6). */
export const SERVICE = {
  1: "Login",
  2: "Framed",
  3: "Callback-Login",
  4: "Callback-Framed",
  5: "Outbound",
  6: "Administrative",
  7: "NAS-Prompt",
  8: "Authenticate-Only",
  9: "Callback-NAS-Prompt",
  10: "Call-Check",
  11: "Callback-Administrative",
  17: "Authorize-Only",
} as const;

/** Framed-Protocol (RFC 2865 §5.7). */
export const FRAMED = {
  1: "PPP",
  2: "SLIP",
  3: "ARAP",
  4: "Gandalf",
  5: "Xylogics",
  6: "X.75",
  7: "GPRS-PDP-Context",
} as const;

/** NAS-Port-Type (RFC 2865 §5.41). */
export const PORT = {
  0: "Async",
  1: "Sync",
  2: "ISDN",
  3: "ISDN-V120",
  4: "ISDN-V110",
  5: "Virtual",
  6: "PIAFS",
  7: "HDLC-Clear-Channel",
  8: "X.25",
  9: "X.75",
  10: "G3-Fax",
  11: "SDSL",
  12: "ADSL-CAP",
  13: "ADSL-DMT",
  14: "IDSL",
  15: "Ethernet",
  16: "xDSL",
  17: "Cable",
  18: "Wireless-Other",
  19: "Wireless-802.11",
} as const;

/** Acct-Status-Type (RFC 2866 §5.1). */
export const STATUS = {
  1: "Start",
  2: "Stop",
  3: "Interim-Update",
  7: "Accounting-On",
  8: "Accounting-Off",
  9: "Tunnel-Start",
  10: "Tunnel-Stop",
  11: "Tunnel-Reject",
  12: "Tunnel-Link-Start",
  13: "Tunnel-Link-Stop",
  14: "Tunnel-Link-Reject",
  15: "Failed",
} as const;

/** Acct-Authentic (RFC 2866 §5.6). */
export const AUTHENTIC = {
  1: "RADIUS",
  2: "Local",
  3: "Remote",
  4: "Diameter",
} as const;

/** Acct-Terminate-Cause (RFC 2866 §5.10). */
export const CAUSE = {
  1: "User-Request",
  2: "Lost-Carrier",
  3: "Lost-Service",
  4: "Idle-Timeout",
  5: "Session-Timeout",
  6: "Admin-Reset",
  7: "Admin-Reboot",
  8: "Port-Error",
  9: "NAS-Error",
  10: "NAS-Request",
  11: "NAS-Reboot",
  12: "Port-Unneeded",
  13: "Port-Preempted",
  14: "Port-Suspended",
  15: "Service-Unavailable",
  16: "Callback",
  17: "User-Error",
  18: "Host-Request",
} as const;

/** Tunnel-Type (RFC 2868 §3.1). */
export const TUNNEL = {
  1: "PPTP",
  2: "L2F",
  3: "L2TP",
  4: "ATMP",
  5: "VTP",
  6: "AH",
  7: "IP-IP",
  8: "MIN-IP-IP",
  9: "ESP",
  10: "GRE",
  11: "DVS",
  12: "IP-in-IP-Tunneling",
  13: "VLAN",
} as const;

/** Tunnel-Medium-Type (RFC 2868 §3.2). */
export const MEDIUM = {
  1: "IPv4",
  2: "IPv6",
  3: "NSAP",
  4: "HDLC",
  5: "BBN-1822",
  6: "IEEE-802",
  7: "E.163",
  8: "E.164",
} as const;

/** Error-Cause (RFC 5176 §3.5). */
export const ERROR = {
  201: "Residual-Context-Removed",
  202: "Invalid-EAP-Packet",
  401: "Unsupported-Attribute",
  402: "Missing-Attribute",
  403: "NAS-Identification-Mismatch",
  404: "Invalid-Request",
  405: "Unsupported-Service",
  406: "Unsupported-Extension",
  407: "Invalid-Attribute-Value",
  501: "Administratively-Prohibited",
  502: "Request-Not-Routable",
  503: "Session-Context-Not-Found",
  504: "Session-Context-Not-Removable",
  505: "Other-Proxy-Processing-Error",
  506: "Resources-Unavailable",
  507: "Request-Initiated",
  508: "Multiple-Session-Selection-Unsupported",
} as const;
