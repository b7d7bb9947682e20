#!/usr/bin/env -S deno run --allow-net=127.0.0.1 --allow-read=/tmp --allow-write=/tmp --allow-run=sh
// ---
// chapter: 28
// title: SSH automation, from the first login to many machines
// goal: Know the server and let it know you, run commands and read how they ended, on one machine and on many, and tell apart all that can go wrong.
// needs: loopback
// minutes: 45
// ---
import * as net from "netrepl";

// %% Machines to log in to
// A real machine would do. Here servers of our own stand in, so that nothing can
// be harmed, and a real shell runs what they are told. It has a sudo that changes
// a name and no more; its password is "letmein".
const SUDO = `sudo() { printf %s "$3" >&2; read -r word
  test "$word" = letmein || { printf %s "$3" >&2; return 1; }
  shift 4; WHO=root "$@"; }`;

// %% What runs the commands
// A session has the command, octets from the client by `for await`, and what we
// write goes back. What the handler returns is the exit code.
const runner =
  (name: string): net.ssh.ServeOptions["exec"] => async (session) => {
    const child = new Deno.Command("sh", {
      args: ["-c", `${SUDO}\n${session.command}`],
      env: { NAME: name, WHO: session.user, LC_ALL: "C" },
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" } as const,
      signal: session.signal,
    }).spawn();
    ReadableStream.from(session).pipeTo(child.stdin).catch(() => {});
    const errors = child.stderr.pipeTo(
      new WritableStream({ write: (some) => session.writeError(some) }),
    );
    for await (const some of child.stdout) await session.write(some);
    await errors;
    const { code, signal } = await child.status;
    return signal === null ? code : session.exit(signal.slice(3));
  };

// %% A key says who you are
// Two halves: the private one signs and stays with you; the public one is a line
// for ~/.ssh/authorized_keys on every machine that is to let you in. A password
// can be told, read or guessed; what never leaves your machine cannot.
// Python: paramiko.RSAKey.generate(3072), or ssh-keygen -t ed25519 beforehand
const key = await net.ssh.generateKey({ comment: "ada@laptop" });
console.log(key.type, key.bits, "bits,", key.comment);
console.log(key.fingerprint.replace(/:.*/, ":…"));
const line = `${key.toPublic()}`;
console.log(line.replace(/ AAAA\S+/, " AAAA…"));

// %% A key in a file
// It is written for its owner alone, and encrypted if there is a passphrase. One
// that others may read is refused, as ssh does. To type the passphrase once a
// day, ssh-add gives the key to the agent: connect() asks that by itself.
// Python: paramiko.Ed25519Key.from_private_key_file(path, password=...)
const folder = await Deno.makeTempDir({ dir: "/tmp" });
const keyFile = `${folder}/id_ed25519`;
await net.ssh.writeKeyFile(keyFile, key, { passphrase: "blue ox" });
const again = await net.ssh.readKeyFile(keyFile, { passphrase: "blue ox" });
console.log("the same key:", again.fingerprint === key.fingerprint);
await Deno.chmod(keyFile, 0o644);
const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
    return "fine";
  } catch (error) {
    if (error instanceof net.NetError) return error.code;
    throw error;
  }
};
console.log(await codeOf(() => net.ssh.readKeyFile(keyFile)));

// %% A server has a key, too
// The login proves who you are to the server; its host key proves the server to
// you. Without that, whoever stands in between gets your password and commands.
// `software` is how it names itself; ours says so little that nothing changes.
const serve = (name: string, more: Partial<net.ssh.ServeOptions> = {}) =>
  net.ssh.serve({
    users: { ada: { keys: [line] } },
    exec: runner(name),
    software: "Lab_1.0",
    ...more,
  });
await using server = await serve("web1");
const web1 = `ada@127.0.0.1:${server.port}`;
console.log(server.hostKeys[0]!.replace(/ AAAA\S+/, " AAAA…"));

// %% The first time nobody knows the server
// known_hosts keeps which host has which key. Ours is new and empty, and what is
// not known is refused, unless somebody says that it is right.
// Python: paramiko.SSHClient() with RejectPolicy; AutoAddPolicy() takes anybody
const knownHosts = `${folder}/known_hosts`;
// Only what this lesson has: no ~/.ssh/config, no agent, none of your keys.
const own = { keys: [key], agent: false, config: false, knownHosts };
const strict = { ...own, hostKeys: "strict" } as const;
console.log(await codeOf(() => net.ssh.connect(web1, strict)));

// %% Somebody who can tell is asked
// `confirm` gets the fingerprint that the server shows. The right one comes from
// elsewhere: the machine's console, its owner, a signed page. At the prompt you
// are asked without further ado; a script says what it knows.
// Python: a MissingHostKeyPolicy of your own
const told = server.fingerprints[0]; // as its owner reads it out to us
const first = await net.ssh.connect(web1, {
  ...own,
  hostKeys: "ask",
  confirm: (question) => Promise.resolve(question.fingerprint === told),
});
await first.close();
const known = await net.ssh.loadKnownHosts(knownHosts);
console.log(known.find("127.0.0.1", server.port).length, "host is known now");

// %% Logged in
// The same host with the same key needs no question any more. The card says what
// both agreed on. `hostKeys: { fingerprint }` names the key without any file, and
// "accept-new" takes a new host's key unseen, which a lab can bear.
// Python: client.load_system_host_keys(); client.connect(host, username=...)
await using on = await net.ssh.connect(web1, strict);
console.log(on);

// %% A command, and how it ended
// Its output, its errors and its exit code, apart. 0 is well by old custom, and
// all else is for the command to define. One that fails is a result like others:
// it was asked, and it said no.
// Python: _, out, err = client.exec_command(line); out.channel.recv_exit_status()
const hello = await on.run('echo "$WHO on $NAME"');
console.log(hello.stdout.trim(), hello.exitCode, hello.ok);
const failed = await on.run("echo first; ls /no/such/place; exit 3");
console.log(failed.lines, failed.exitCode, failed.ok);
console.log(failed.stderr.includes("/no/such/place"));
const killed = await on.run("kill -KILL $$");
console.log(killed.exitCode, killed.signal);

// %% Input, and output as it comes
// What a command reads can be handed to it. spawn() gives the streams of one that
// runs long: each line is here when it is written, and what we do not read waits
// there.
// Python: stdin.write(...); stdin.channel.shutdown_write(); for line in stdout
console.log((await on.run("sort -n", { stdin: "10\n9\n8\n" })).lines);
await using counting = await on.spawn("for n in 1 2 3; do echo step $n; done");
const text = counting.stdout.pipeThrough(new TextDecoderStream());
let steps = "";
for await (const some of text) steps += some;
console.log(steps.split("\n"), (await counting.status).exitCode);

// %% What you put into a line is read by a shell
// The shell there takes spaces, quotes, $ and ; for its own. A name that came from
// elsewhere is quoted, or goes in by the input, or it is run.
// Python: shlex.quote(name)
const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
const name = "my file; echo gone";
console.log((await on.run(`printf '<%s>' ${name}`)).stdout);
console.log((await on.run(`printf '<%s>' ${quote(name)}`)).stdout);

// %% Many commands on one connection
// The handshake is the dear part. Each command has a channel of its own, so that
// they run side by side; a server allows some ten at once, and more of them wait
// here for their turn.
// Python: one Transport, open_session() for each; threads of your own
const lines = await Promise.all(
  Array.from({ length: 12 }, (_, i) => on.run(`echo $((${i} * ${i}))`)),
);
console.log(lines.map(({ stdout }) => Number(stdout)));
console.log(server.accepted - 2, "connection, the two of before aside");

// %% As root, by sudo
// You log in as yourself, and sudo says who did what in its log. The library sees
// the question, types the password and keeps both out of the output. A wrong
// password is an error: the command never ran.
// Python: exec_command("sudo -S ..."), stdin.write(password), and hope
const sudo = (password: string) =>
  on.run('echo "$WHO on $NAME"', { sudo: { password } });
console.log((await sudo("letmein")).stdout.trim());
console.log(await codeOf(() => sudo("guessed")));

// %% Many machines
// Ten of them, of which one does not know our key and one is down. Their keys are
// told in advance, as an inventory would have them.
await using fleet = new AsyncDisposableStack();
const inventory = await Promise.all(
  Array.from({ length: 10 }, async (_, i) => {
    const name = `web${i + 2}`;
    const users = name === "web5" ? { ada: "another way" } : undefined;
    const one = fleet.use(await serve(name, users && { users }));
    if (name === "web8") await one.close();
    return { name, port: one.port, fingerprint: one.fingerprints[0]! };
  }),
);

// %% Some at a time
// All at once, a thousand handshakes would hurt this machine and the network; one
// by one takes all day. So a few workers take the next machine from one list.
// Python: concurrent.futures.ThreadPoolExecutor(max_workers=3)
async function onEach<T, R>(
  list: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = list.entries(); // one iterator, which all workers share
  const worker = async () => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

// %% One machine's failure is a row, not the end
// Each outcome is kept: who fixes the two needs to know which, and why. Whoever
// stops at the first error leaves half of the machines undone.
// Try this: let three at a time be ten, or one, and print how long it took.
let busy = 0, most = 0;
const rows = await onEach(inventory, 3, async ({ name, port, fingerprint }) => {
  const options = { ...own, hostKeys: { fingerprint } };
  most = Math.max(most, ++busy);
  try {
    await using on = await net.ssh.connect(`ada@127.0.0.1:${port}`, options);
    const { ok, stdout } = await on.run('echo "$NAME is up"');
    return { name, outcome: ok ? "done" : "failed", answer: stdout.trim() };
  } catch (error) {
    if (!(error instanceof net.NetError)) throw error;
    return { name, outcome: error.code, answer: "" };
  } finally {
    busy--;
  }
});
console.log(net.inspect.table(rows, { canvas: net.inspect.canvas() }));
console.log(`at most ${most} at once`);

// %% The server does not take your key
// The error has what was tried, what the server would take, and what to do. That
// is all that servers tell: whether there is such a user stays their secret.
// Python: paramiko.AuthenticationException, and the server's log
const stranger = { ...strict, keys: [await net.ssh.generateKey()] };
try {
  await net.ssh.connect(web1, stranger);
} catch (error) {
  if (!(error instanceof net.ssh.SshAuthError)) throw error;
  console.log(error.code, error.tried, "but it takes", error.offered);
  console.log("hint:", error.hint);
}

// %% The server shows another key than before
// Either it was set up anew, or somebody stands in between: from here both look the
// same. So no option but "any" goes on, and the error has both fingerprints. Ask
// the owner; only then does the old line go.
// Python: paramiko.BadHostKeyException; ssh: REMOTE HOST IDENTIFICATION HAS CHANGED
const { port } = server;
await on.close();
await server.close();
await using anew = await serve("web1", { port });
try {
  await net.ssh.connect(web1, { ...own, hostKeys: "accept-new" });
} catch (error) {
  if (!(error instanceof net.ssh.HostKeyError)) throw error;
  console.log(error.code, error.expected === told);
  console.log("it is the new one's:", error.offered === anew.fingerprints[0]);
}
const gone = await net.ssh.removeKnownHost(knownHosts, "127.0.0.1", { port });
console.log(gone.length, "line removed");

// %% The command failed, or nobody knows
// An exit code is the command's own word. A timeout means that it was told to end;
// "lost" that the line broke while it ran: it may have done all or nothing. Repeat
// only what may be done twice.
await using reborn = await net.ssh.connect(web1, {
  ...own,
  hostKeys: { fingerprint: anew.fingerprints[0]! },
});
console.log((await reborn.run("exit 7")).exitCode);
const slow = () => reborn.run("exec sleep 60", { timeout: 200 });
console.log(await codeOf(slow));
console.log("still there:", (await reborn.run("exit 0")).ok);
await using last = await reborn.spawn("echo begun; exec sleep 60");
await last.stdout.getReader().read(); // so it runs
await anew.close();
console.log(await codeOf(() => last.status));
console.log(await codeOf(() => net.ssh.connect(web1, own)));

// %% Put away
await fleet.disposeAsync();
await Deno.remove(folder, { recursive: true });

// %% Takeaways
// - Your key proves you to the server, and its host key the server to you.
// - A new host's fingerprint is compared with what its owner says; a changed one is
//   a reason to stop and ask.
// - A command that fails is a result with an exit code; an exception means that
//   it could not be run, or that nobody knows how it ended.
// - A shell reads what you send: quote what is not yours.
// - One connection carries many commands; many machines are done some at a time,
//   and each one's outcome is kept.
