/**
 * The keywords of a configuration: what their arguments must be, and whether
 * the first counts or all do.
 *
 * @see ssh_config(5)
 * @module
 */

/** What a keyword's arguments must be. */
export interface Keyword {
  /** The form of its arguments. */
  readonly form: "one" | "list" | "rest";
  /** Whether what several lines say is added up; else the first counts. */
  readonly adds?: true;
  /** Gives the value as `ssh -G` prints it, or nothing if it is none. */
  readonly value?: (text: string) => string | undefined;
  /** A value that says nothing, so that a later line may still say something. */
  readonly nothing?: string;
  /** What the value must be, for errors. */
  readonly must?: string;
}

const FLAG: Keyword = {
  form: "one",
  must: "yes or no",
  value: (text) =>
    /^(?:yes|true)$/i.test(text)
      ? "yes"
      : /^(?:no|false)$/i.test(text)
      ? "no"
      : undefined,
};

const ANY: Keyword = { form: "one" };
const LIST: Keyword = { form: "list" };
const REST: Keyword = { form: "rest" };

const COUNT: Keyword = {
  form: "one",
  must: "a whole number",
  value: (text) => /^\d{1,9}$/.test(text) ? `${Number(text)}` : undefined,
};

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

const TIME: Keyword = {
  form: "one",
  must: "a time such as 90, 1m30s or none",
  nothing: "none",
  value(text) {
    if (text === "none") return "none";
    if (!/^(?:\d{1,9}[smhdw]?)+$/i.test(text)) return undefined;
    let seconds = 0;
    for (const [, digits, unit] of text.matchAll(/(\d+)([a-z]?)/gi)) {
      seconds += Number(digits) * UNITS[unit!.toLowerCase()]!;
    }
    return seconds < 2 ** 31 ? `${seconds}` : undefined;
  },
};

const PORT: Keyword = {
  form: "one",
  must: "a port from 1 to 65535",
  value(text) {
    if (text === "ssh") return "22";
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    return port > 0 && port <= 0xffff ? `${port}` : undefined;
  },
};

/** One word out of several; `yes` and `no` have other names too. */
function choice(...words: string[]): Keyword {
  return {
    form: "one",
    must: words.join(", "),
    value(text) {
      const lower = text.toLowerCase();
      const word = lower === "true" ? "yes" : lower === "false" ? "no" : lower;
      return words.includes(word) ? word : undefined;
    },
  };
}

const FLAGS =
  "batchmode canonicalizefallbacklocal checkhostip clearallforwardings " +
  "compression enableescapecommandline enablesshkeysign " +
  "exitonforwardfailure forkafterauthentication forwardx11 " +
  "forwardx11trusted gatewayports gssapiauthentication " +
  "gssapidelegatecredentials gssapikeyexchange gssapirenewalforcesrekey " +
  "gssapitrustdns hashknownhosts hostbasedauthentication identitiesonly " +
  "kbdinteractiveauthentication nohostauthenticationforlocalhost " +
  "passwordauthentication permitlocalcommand proxyusefdpass stdinnull " +
  "streamlocalbindunlink tcpkeepalive visualhostkey";

const WORDS =
  "addkeystoagent bindaddress bindinterface casignaturealgorithms " +
  "channeltimeout ciphers controlpath controlpersist escapechar " +
  "fingerprinthash forwardx11timeout gssapiclientidentity " +
  "gssapikexalgorithms gssapiserveridentity hostbasedacceptedalgorithms " +
  "hostkeyalgorithms hostkeyalias hostname identityagent ignoreunknown " +
  "ipqos kbdinteractivedevices kexalgorithms loglevel logverbose macs " +
  "obscurekeystroketiming pkcs11provider preferredauthentications " +
  "pubkeyacceptedalgorithms refuseconnection rekeylimit securitykeyprovider " +
  "streamlocalbindmask syslogfacility tag tunneldevice user versionaddendum " +
  "xauthlocation";

const LISTS = "canonicaldomains canonicalizepermittedcnames " +
  "globalknownhostsfile permitremoteopen revokedhostkeys userknownhostsfile";

const COUNTS = "canonicalizemaxdots connectionattempts " +
  "numberofpasswordprompts requiredrsasize serveralivecountmax";

/** Names that mean something, by how they are written today. */
const ALIASES: Readonly<Record<string, string>> = {
  challengeresponseauthentication: "kbdinteractiveauthentication",
  skeyauthentication: "kbdinteractiveauthentication",
  tisauthentication: "kbdinteractiveauthentication",
  dsaauthentication: "pubkeyauthentication",
  hostbasedkeytypes: "hostbasedacceptedalgorithms",
  identityfile2: "identityfile",
  keepalive: "tcpkeepalive",
  pubkeyacceptedkeytypes: "pubkeyacceptedalgorithms",
  smartcarddevice: "pkcs11provider",
};

/** Names that OpenSSH has given up, and reads without a word. */
const GONE = new Set(
  ("afstokenpassing cipher compressionlevel fallbacktorsh " +
    "globalknownhostsfile2 kerberosauthentication kerberostgtpassing " +
    "protocol rhostsauthentication rhostsrsaauthentication " +
    "rsaauthentication useprivilegedport userknownhostsfile2 useroaming " +
    "usersh").split(" "),
);

function each(names: string, keyword: Keyword): [string, Keyword][] {
  return names.split(" ").map((name) => [name, keyword]);
}

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ...each(FLAGS, FLAG),
  ...each(WORDS, ANY),
  ...each(LISTS, LIST),
  ...each(COUNTS, COUNT),
  ...each("connecttimeout serveraliveinterval", TIME),
  ...each("knownhostscommand localcommand proxycommand remotecommand", REST),
  // Of ForwardAgent a path may follow a yes.
  ...each("identityfile certificatefile forwardagent", {
    form: "one",
    adds: true,
  }),
  ...each("dynamicforward localforward remoteforward sendenv", {
    form: "list",
    adds: true,
  }),
  ["setenv", LIST],
  ["port", PORT],
  ["proxyjump", ANY],
  ["addressfamily", choice("any", "inet", "inet6")],
  ["canonicalizehostname", choice("yes", "no", "always")],
  ["controlmaster", choice("yes", "no", "auto", "ask", "autoask")],
  [
    "pubkeyauthentication",
    choice("yes", "no", "unbound", "host-bound"),
  ],
  ["requesttty", choice("yes", "no", "force", "auto")],
  ["sessiontype", choice("none", "subsystem", "default")],
  [
    "stricthostkeychecking",
    choice("yes", "no", "ask", "accept-new", "off"),
  ],
  ["tunnel", choice("yes", "no", "point-to-point", "ethernet")],
  ["updatehostkeys", choice("yes", "no", "ask")],
  ["verifyhostkeydns", choice("yes", "no", "ask")],
]);

/**
 * Finds a keyword.
 *
 * @param written How it is written, in lower case.
 * @returns Its name today and what it takes; `"gone"` if it means nothing any
 * more; nothing if nobody knows it.
 */
export function findKeyword(
  written: string,
): { name: string; keyword: Keyword } | "gone" | undefined {
  if (GONE.has(written)) return "gone";
  const name = Object.hasOwn(ALIASES, written) ? ALIASES[written]! : written;
  const keyword = KEYWORDS.get(name);
  return keyword && { name, keyword };
}
