/** Which traces are kept, by OpenTelemetry's own names for it. */
import { AlwaysOffSampler, AlwaysOnSampler, type Sampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import type { SamplerName } from "./tracer.ts";

export type SamplerSettings = {
  sampler: SamplerName;
  /** From 0 to 1: of `traceidratio` and `parentbased_traceidratio`. */
  ratio: number;
};

/** `root` decides about a trace that begins here; about one that comes from elsewhere too unless it `followsParent`. */
export function createSampler({ sampler, ratio }: SamplerSettings): { root: Sampler; followsParent: boolean } {
  const name = sampler.replace("parentbased_", "");
  return { root: createRoot(name, ratio), followsParent: name !== sampler };
}

function createRoot(name: string, ratio: number): Sampler {
  if (name === "always_off") return new AlwaysOffSampler();
  if (name === "traceidratio") return new TraceIdRatioBasedSampler(ratio);
  return new AlwaysOnSampler();
}
