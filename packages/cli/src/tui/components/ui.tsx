/** Keys in, frames out. */
import { useApp, useInput, usePaste, useWindowSize } from "ink";
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { drawFrame } from "../frame/draw-frame.ts";
import { paste } from "../press.ts";
import { createKeyReader } from "../press-burst.ts";
import type { App } from "../state/app.ts";
import type { Theme } from "../text/theme.ts";
import { keyName } from "./key-name.ts";
import { Screen } from "./screen.tsx";

type Props = {
  app: App;
  theme: Theme;
  /** Takes what gives the terminal away while some work runs. */
  onSuspend: (suspend: (work: () => Promise<void>) => Promise<void>) => void;
};

export function Ui({ app, theme, onSuspend }: Props): ReactNode {
  const { columns, rows } = useWindowSize();
  const { suspendTerminal } = useApp();
  useEffect(() => onSuspend((work) => suspendTerminal(work)), [onSuspend, suspendTerminal]);
  useSyncExternalStore(app.frames.subscribe, app.frames.count);
  const [reader] = useState(() => createKeyReader(app));
  useInput((input, key) => {
    const name = keyName(input, key);
    if (name !== undefined) reader.key(name);
    else if (input !== "" && !key.ctrl && !key.meta) reader.text(input);
  });
  usePaste((text) => paste(app, text));
  return <Screen frame={drawFrame(app, { columns, rows })} theme={theme} />;
}
