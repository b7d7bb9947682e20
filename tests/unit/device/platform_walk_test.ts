// Each platform's dialogue, held with the session's own engine: its modes are
// entered and left, its questions answered, its refusals seen.

import assert from "node:assert/strict";
import { Channel } from "../../../lib/device/channel.ts";
import { Conversation } from "../../../lib/device/conversation.ts";
import { configModeOf, type Platform } from "../../../lib/device/platform.ts";
import { ALL_PLATFORMS } from "../../../lib/device/platforms/all.ts";
import { loadPlatform } from "../../../lib/device/platforms/load.ts";
import { Secrets } from "../../../lib/device/secrets.ts";
import { LineDevice, type Said } from "./session_device.ts";

/** A device that holds a platform's dialogue; it keeps no configuration. */
function actor({ modes, dialogue, config }: Platform): LineDevice {
  const quiet = new Set(
    Object.values(config).flatMap((steps) =>
      Array.isArray(steps) ? steps.map(({ send }) => send) : []
    ),
  );
  let mode = dialogue.start;
  let context = "";
  const prompt = () =>
    dialogue.prompts[mode]!.replaceAll("{host}", dialogue.host)
      .replaceAll("{context}", context).replaceAll("\n", "\r\n");
  const text = (line: string): string | undefined =>
    dialogue.answers[mode]?.[line] ?? dialogue.answers["*"]?.[line];

  const run = (line: string): Said => {
    let said = text(line);
    const way = Object.entries(modes[mode]?.to ?? {}).find(([, steps]) =>
      steps.at(-1)?.send === line
    );
    const led = dialogue.contexts?.find((one) =>
      new RegExp(one.line).test(line)
    );
    if (way !== undefined) {
      [mode] = way;
      context = "";
    } else if (
      led !== undefined && dialogue.prompts[mode]!.includes("{context}")
    ) {
      context = line.replace(
        new RegExp(`${led.line}.*`),
        led.context.replaceAll(/\$(?!\d)/g, "$$$$"),
      );
    } else if (line.includes("PS1=")) {
      said = "";
    }
    said ??= way ?? led ?? quiet.has(line)
      ? ""
      : dialogue.unknown.replaceAll("{command}", line);
    return { text: said === "" ? "" : `${said}\n`, prompt: prompt() };
  };
  const ask = (line: string, questions: readonly string[]): Said =>
    questions.length === 0 ? run(line) : {
      ask: questions[0]!,
      hides: /assword/.test(questions[0]!),
      then: () => ask(line, questions.slice(1)),
    };
  return new LineDevice({
    first: dialogue.banner === undefined
      ? ""
      : `${dialogue.banner}\n`.replaceAll("\n", "\r\n"),
    prompt: prompt(),
    cut: (octets) => [octets],
    answer: (line) => ask(line, dialogue.asks?.[line] ?? []),
  });
}

/** What is said to lines that ask nothing and lead nowhere. */
function plainAnswers({ modes, dialogue }: Platform, mode: string) {
  const ways = Object.values(modes[mode]!.to ?? {}).flat();
  return Object.entries(dialogue.answers[mode] ?? {}).filter(([line]) =>
    dialogue.asks?.[line] === undefined &&
    ways.every(({ send }) => send !== line)
  );
}

async function meet(platform: Platform) {
  const device = actor(platform);
  const channel = new Channel(device, {
    platform,
    columns: 511,
    encoding: "utf-8",
    credentials: { user: "admin", password: "admin1", secret: "S3cret" },
    secrets: new Secrets(),
    seed: 7,
  });
  const talk = new Conversation(channel, platform, 2000);
  const { prompt, banner } = await talk.login({ wake: false });
  await talk.open({});
  const say = async (line: string) =>
    (await talk.say(line, { proof: true })).output;
  return { device, talk, say, prompt, banner };
}

Deno.test("the session's engine holds every platform's dialogue, and enters every mode", async (t) => {
  for (const name of Object.keys(ALL_PLATFORMS)) {
    await t.step(name, async () => {
      const platform = await loadPlatform(name);
      const { dialogue, modes } = platform;
      const { talk, say, prompt, banner } = await meet(platform);
      assert.equal(prompt.mode, dialogue.start);
      assert.equal(prompt.host, dialogue.host);
      for (const line of (dialogue.banner ?? "").trim().split("\n")) {
        assert.ok(banner.includes(line.trim()), line);
      }
      const all = Object.keys(modes);
      for (const mode of [...all, ...all.toReversed()]) {
        await talk.enter(mode, {});
        assert.equal(talk.prompt.mode, mode);
        for (const [line, text] of plainAnswers(platform, mode)) {
          assert.equal(await say(line), text, line);
        }
        const refused = await say("frobnicate");
        assert.notEqual(talk.failure(refused), undefined, refused);
      }
      for (const command of ["checkpoint", "rollback", "save"] as const) {
        const steps = platform.config[command] ?? [];
        const mode = configModeOf(platform, command);
        if (steps.length === 0) continue;
        await talk.enter(mode, {});
        const { failure } = await talk.steps(steps, {}, {});
        assert.equal(failure, undefined, command);
      }
    });
  }
});
