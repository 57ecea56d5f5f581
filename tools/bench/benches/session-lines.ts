/** What the terminal UI's frames cost below Ink: events into a view, its lines on the screen, as a terminal reads them. */
import {
  createLineIndex,
  createTheme,
  highlight,
  type LineIndex,
  sourceOf,
  toAnsi,
} from "@cc-docker/cli/session-lines";
import { createLongSession, type LongSession } from "../arms/long-session.ts";
import type { BenchContext } from "../bench-context.ts";
import type { Outcome } from "../outcome.ts";
import { summarize } from "../stats.ts";

const LINES = 50_000;
const EVENTS_A_SECOND = 200;
const FRAMES_A_SECOND = 30;
/** Half a minute of an agent that writes. */
const FRAMES = 900;
const SIZE = { width: 120, height: 50 };

/** Key to screen, all of it: Ink and the terminal take the rest. */
const KEY_MS = 50;
const CORE_PERCENT = 40;

export async function sessionLines({ samples = FRAMES }: BenchContext): Promise<Outcome> {
  const session = createLongSession(LINES);
  const index = createLineIndex({ isExpanded: () => false });
  index.resize({ width: SIZE.width, highlight });
  drawFrame(index, session);

  const pieces = Math.ceil(EVENTS_A_SECOND / FRAMES_A_SECOND);
  const frames = repeat(samples, () => {
    session.write(pieces);
    drawFrame(index, session);
  });
  const scrolls = repeat(samples, (n) => scrollTo(index, session, n));
  const resizes = repeat(Math.min(samples, 100), (n) => {
    index.resize({ width: SIZE.width - (n % 40), highlight });
    drawFrame(index, session);
  });
  return toOutcome({ frames, scrolls, resizes });
}

const theme = createTheme({ colorDepth: 8, background: "dark" });

function drawFrame(index: LineIndex, session: LongSession): string[] {
  return index.window(sourceOf(session.view()), "end", SIZE.height).rows.map(({ line }) => toAnsi(line, theme));
}

/** One page further up each time. */
function scrollTo(index: LineIndex, session: LongSession, page: number): void {
  const source = sourceOf(session.view());
  const top = index.move(
    source,
    { position: Math.max(source.first, source.end - page), row: 0 },
    -SIZE.height,
    SIZE.height,
  );
  index.window(source, top, SIZE.height);
}

/** Milliseconds of the processor each: what else the machine does is no cost of ours. */
function repeat(times: number, run: (n: number) => void): number[] {
  return Array.from({ length: times }, (_, n) => {
    const before = process.cpuUsage();
    run(n);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
}

function toOutcome({ frames, scrolls, resizes }: Record<"frames" | "scrolls" | "resizes", number[]>): Outcome {
  const core = (summarize(frames).mean * FRAMES_A_SECOND) / 10;
  return {
    arms: [
      { name: "a frame of a session that is written into", unit: "ms", samples: frames },
      { name: "a page further up", unit: "ms", samples: scrolls },
      { name: "a frame of another width", unit: "ms", samples: resizes },
    ],
    findings: [
      { what: "a frame, p99", value: summarize(frames).p99, unit: "ms", target: KEY_MS },
      { what: "a page, p99", value: summarize(scrolls).p99, unit: "ms", target: KEY_MS },
      { what: "of a core", value: core, unit: "%", target: CORE_PERCENT },
    ],
    notes: [
      `${LINES} lines, ${EVENTS_A_SECOND} events/s, ${FRAMES_A_SECOND} frames/s of ${SIZE.width}x${SIZE.height}; processor time`,
      "without Ink and the terminal, which the targets are for as well",
    ],
  };
}
