/** Which sessions the list shows, and in which order. Pure. */
import type { ActivitySample, Session } from "@cc-docker/client";
import { endsSession } from "@cc-docker/protocol";

export const SORTS = ["age", "activity", "cost", "status"] as const;
export type Sort = (typeof SORTS)[number];

export type Arrangement = {
  readonly sort: Sort;
  readonly isGrouped: boolean;
  /** Sessions at rest are left out. */
  readonly isLiveOnly: boolean;
  /** In any case of letters; empty: all. */
  readonly filter: string;
};

/** A session with what is known of it beyond its row. */
export type SessionRow = {
  readonly session: Session;
  /** Its name, else its first prompt; empty while unknown. */
  readonly title: string;
  /** Where its files are; one without a directory of its own has an empty one. */
  readonly directory: string;
  /** What it said last; empty while unknown. */
  readonly lastLine: string;
};

/** What the list says of a session besides its row. */
export type ListedRow = SessionRow & {
  readonly isUnread: boolean;
  /** The agent waits for an answer. */
  readonly isAsking: boolean;
  /** Of late, as far as it is known. */
  readonly activity: readonly ActivitySample[];
  /** What its newest turns have cost, in US dollars, oldest first. */
  readonly costs: readonly number[];
};

export const FIRST_ARRANGEMENT: Arrangement = { sort: "age", isGrouped: false, isLiveOnly: false, filter: "" };

/** The busiest first. */
const STATUS_ORDER: Readonly<Record<Session["status"], number>> = {
  running: 0,
  starting: 1,
  idle: 2,
  paused: 3,
  failed: 4,
  stopped: 5,
};

const COMPARE: Readonly<Record<Sort, (a: Session, b: Session) => number>> = {
  age: (a, b) => newer(a.createdAt, b.createdAt),
  activity: (a, b) => newer(a.updatedAt, b.updatedAt),
  cost: (a, b) => b.costUsd - a.costUsd,
  status: (a, b) => STATUS_ORDER[a.status] - STATUS_ORDER[b.status],
};

export function arrange<Row extends SessionRow>(rows: readonly Row[], arrangement: Arrangement): Row[] {
  const { sort, isGrouped, isLiveOnly, filter } = arrangement;
  const wanted = filter.toLowerCase();
  return rows
    .filter(({ session }) => !isLiveOnly || !endsSession(`session.${session.status}`))
    .filter((row) => wanted === "" || textOf(row).includes(wanted))
    .toSorted(
      (a, b) => (isGrouped ? a.directory.localeCompare(b.directory) : 0) || COMPARE[sort](a.session, b.session),
    );
}

export function nextSort(sort: Sort): Sort {
  return SORTS[(SORTS.indexOf(sort) + 1) % SORTS.length] ?? "age";
}

/** ISO 8601 in UTC sorts as text does. */
function newer(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

function textOf({ session, title, directory, lastLine }: SessionRow): string {
  return `${session.id} ${session.status} ${title} ${directory} ${lastLine}`.toLowerCase();
}
