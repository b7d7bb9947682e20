// Runs in a worker of its own, as text inside the program: while the main
// thread is busy in a loop nobody else sees Ctrl-C. The loop guards read the
// state that this sets. 0: idle, 1: an entry runs, 2: the reader wants it to
// stop.
let state;
let pressed = 0;
self.onmessage = ({ data }) => {
  state = data;
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
