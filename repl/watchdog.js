// Runs in a worker of its own, as text inside the program: while the main
// thread is busy in a loop nobody else sees Ctrl-C, nor that the terminal is
// gone. The loop guards read the state that this sets. 0: idle, 1: an entry
// runs, 2: it is to stop.
let state;
let pressed = 0;
self.onmessage = ({ data }) => {
  state = data.state;
  for (const signal of data.signals) Deno.addSignalListener(signal, end);
  self.postMessage("listening");
};
Deno.addSignalListener("SIGINT", () => {
  if (!state) return;
  if (Atomics.compareExchange(state, 0, 1, 2) === 1) {
    pressed = performance.now();
  } else if (state[0] === 2 && performance.now() - pressed > 300) {
    Deno.stderr.writeSync(
      new TextEncoder().encode(
        "\r\nThe entry does not answer. Ctrl-\\ ends the program.\r\n",
      ),
    );
  }
});

/** The main thread hears it too, unless the entry keeps it from that. */
function end() {
  if (Atomics.compareExchange(state, 0, 1, 2) === 0) return;
  setTimeout(() => {
    if (state[0] === 2) Deno.kill(Deno.pid, "SIGKILL");
  }, 2000);
}
