import { testUnless } from "../skip.ts";
import { Reader } from "./reader.ts";
import { withoutTmux } from "./tmux.ts";

testUnless(
  await withoutTmux(),
  "the prompt asks for a host's key and a password, lends its terminal to a shell, and takes it back",
  async () => {
    await using reader = await Reader.sitDown();
    const { terminal } = reader;
    await terminal.enter('const r = await net.device.fake("cisco_ios")');
    await terminal.enter(
      'const s = await net.ssh.connect(`admin@${r.hostname}:${r.port}`, { config: false, agent: false, knownHosts: "known" })',
    );
    await terminal.sees(/Its ssh-ed25519 key is SHA256:[\s\S]*\[y\/N\]$/);
    await terminal.enter("y");
    await terminal.sees(/Password:$/);
    await terminal.enter("let-me-in");
    await terminal.sees(/Password:\nnet>$/);
    await terminal.enter("await s.shell()");
    await terminal.sees(/r1>$/);
    await terminal.enter("show clock");
    await terminal.sees(/UTC[^\n]*\nr1>$/);
    await terminal.enter("exit");
    await terminal.sees(/exitCode: 0[^\n]*\nnet>$/);
    // Nothing of what is typed next is lost to the shell that is over.
    await terminal.enter("20 + 3");
    await terminal.sees(/^23\nnet>$/m);
    await terminal.enter("await r.close()");
  },
);
