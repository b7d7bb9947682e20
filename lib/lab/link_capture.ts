/**
 * A capture on an interface of a lab's node, read outside of the lab: a program
 * captures there, and its pcapng stream is one more source of packets here.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { LiveCapture } from "../wire/capturing/live_capture.ts";
import { checkEnd } from "../wire/capturing/capture_options.ts";
import { StreamSource } from "../wire/capturing/stream_source.ts";
import type { CaptureOrder } from "./capture_program.ts";
import { decode } from "./clone.ts";
import type { AgentLine, LabCaptureOptions } from "./host.ts";
import { LabProcess } from "./process.ts";
import { PROGRAM_ENV, programCommand } from "./program.ts";

/**
 * Captures on an interface of a node.
 *
 * @param line To the lab's agent.
 * @param node The node's name.
 * @param name Its interface.
 * @param options What to capture, and what ends it.
 * @returns The capture, which listens already.
 * @throws What `capture` of ../wire/capture.ts throws there.
 * @ignore
 */
export async function captureAt(
  line: AgentLine,
  node: string,
  name: string,
  options: LabCaptureOptions = {},
): Promise<LiveCapture> {
  const { count, duration, signal, writeTo, ...there } = options;
  checkEnd(options);
  signal?.throwIfAborted();
  const target = `${name} of ${node}`;
  const explain = (error: unknown) => line.explain(error, "capture on", target);
  const order: CaptureOrder = { interface: name, options: there };
  let program: LabProcess;
  try {
    const { channel } = line.agent();
    const { result } = await channel.call("spawn", {
      host: node,
      argv: programCommand("capture", [JSON.stringify(order)]),
      env: PROGRAM_ENV,
    });
    program = new LabProcess(channel, result.process);
  } catch (error) {
    throw await explain(error);
  }
  try {
    const source = await StreamSource.open(
      octetsOf(program, target, explain),
      {
        signal,
        // With the lab it has ended anyway.
        stop: () => void program.kill("SIGINT").catch(() => {}),
      },
    );
    const { buffer } = there;
    return new LiveCapture([source], {
      count,
      duration,
      signal,
      writeTo,
      buffer,
    });
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the program writes; it fails with what the program failed with. */
function octetsOf(
  program: LabProcess,
  target: string,
  explain: (error: unknown) => Promise<unknown>,
): ReadableStream<Uint8Array> {
  const reader = program.stdout.getReader();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { value } = await reader.read();
        if (value !== undefined) return controller.enqueue(value);
        const error = await lastWords(program, target);
        if (error === undefined) controller.close();
        else controller.error(error);
      } catch (error) {
        controller.error(await explain(error));
      }
    },
    cancel: () => program[Symbol.asyncDispose](),
  }, { highWaterMark: 0 });
}

/** What a program has failed with, if it has. */
async function lastWords(
  program: LabProcess,
  target: string,
): Promise<unknown> {
  const said = await new Response(program.stderr).text();
  const { code, signal } = await program.status;
  await program[Symbol.asyncDispose]();
  if (code === 0) return undefined;
  try {
    return await decode(said);
  } catch {
    const how = signal ?? `exit code ${code}`;
    return new NetError(
      `its program ended with ${how}${said === "" ? "" : `: ${said.trim()}`}`,
      { code: "closed", op: "capture on", target },
    );
  }
}
