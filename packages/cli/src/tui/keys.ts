/**
 * Every key: where it works, what it does, and the words that help and documents have for it. What is pressed is looked
 * up here, so the help cannot say otherwise. Keys are named as key-name.ts names them.
 */

/**
 * - `list`: the sessions
 * - `read`: a session, where letters are commands
 * - `write`: a session's editor, where letters are text
 * - `ask`: one line that is asked for below, where letters are text
 * - `help`: the overlay
 */
export type Place = "list" | "read" | "write" | "ask" | "help";

/** What must be so for the key to mean this. */
export type Condition = "approval" | "question" | "found";

export type KeyRow = {
  readonly keys: readonly string[];
  readonly in: readonly Place[];
  readonly action: string;
  readonly help: string;
  readonly needs?: Condition;
};

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;
const withAlt = (keys: readonly string[]) => keys.map((key) => `alt+${key}`);

/** In the order of the help; of two rows that fit, the first holds. */
export const KEYS = [
  { keys: ["?"], in: ["list", "read"], action: "help", help: "every key" },
  { keys: ["alt+h"], in: ["write", "ask"], action: "help", help: "every key" },
  { keys: ["esc", "q", "?", "enter"], in: ["help"], action: "close-help", help: "close the help" },
  { keys: ["down", "j"], in: ["help"], action: "help-down", help: "further down in the help" },
  { keys: ["up", "k"], in: ["help"], action: "help-up", help: "further up in the help" },
  { keys: ["pagedown", " "], in: ["help"], action: "help-page-down", help: "a page down in the help" },
  { keys: ["pageup", "b"], in: ["help"], action: "help-page-up", help: "a page up in the help" },
  { keys: ["home", "g"], in: ["help"], action: "help-top", help: "to the first keys" },
  { keys: ["end", "G"], in: ["help"], action: "help-end", help: "to the last keys" },

  { keys: ["down", "j"], in: ["list"], action: "next-row", help: "the next session" },
  { keys: ["up", "k"], in: ["list"], action: "previous-row", help: "the session before" },
  { keys: ["pagedown"], in: ["list"], action: "page-down", help: "a page further" },
  { keys: ["pageup"], in: ["list"], action: "page-up", help: "a page back" },
  { keys: ["home", "g"], in: ["list"], action: "first-row", help: "the first session" },
  { keys: ["end", "G"], in: ["list"], action: "last-row", help: "the last session" },
  { keys: ["enter", "right"], in: ["list"], action: "open", help: "open the session" },
  {
    keys: ["n"],
    in: ["list"],
    action: "new",
    help: "a new session in this directory, which asks before it changes something",
  },
  { keys: ["N"], in: ["list"], action: "new-unasked", help: "the same, which does not ask" },
  { keys: ["e"], in: ["list"], action: "new-empty", help: "a new session with an empty workspace, which does not ask" },
  { keys: ["f"], in: ["list"], action: "fork", help: "a new session with the files and the conversation of this one" },
  { keys: ["r"], in: ["list"], action: "rename", help: "name the session" },
  { keys: ["/"], in: ["list"], action: "filter", help: "only sessions that hold a text" },
  { keys: ["s"], in: ["list"], action: "sort", help: "sort by age, activity, cost or status" },
  { keys: ["d"], in: ["list"], action: "group", help: "group by directory, or not" },
  { keys: ["a"], in: ["list"], action: "hide-resting", help: "hide or show sessions at rest" },
  { keys: ["p"], in: ["list"], action: "pause", help: "pause the session, or have it go on" },
  { keys: ["S"], in: ["list"], action: "stop", help: "stop the session; a prompt wakes it" },
  { keys: ["D"], in: ["list"], action: "remove", help: "remove the session for ever, once confirmed" },
  { keys: ["q", "ctrl+c", "ctrl+d"], in: ["list"], action: "quit", help: "leave ccd; sessions go on" },
  { keys: ["esc"], in: ["list"], action: "clear-filter", help: "show all sessions again" },

  { keys: ["enter"], in: ["write"], action: "send", help: "send the prompt; it waits while a turn runs" },
  { keys: ["alt+enter", "shift+enter", "ctrl+j"], in: ["write"], action: "new-line", help: "a new line in the prompt" },
  { keys: ["up"], in: ["write"], action: "up", help: "the line above; from the first, an earlier prompt" },
  { keys: ["down"], in: ["write"], action: "down", help: "the line below; from the last, a later prompt" },
  { keys: ["left", "ctrl+b"], in: ["write", "ask"], action: "left", help: "a character to the left" },
  { keys: ["right", "ctrl+f"], in: ["write", "ask"], action: "right", help: "a character to the right" },
  { keys: ["alt+left", "alt+b", "ctrl+left"], in: ["write", "ask"], action: "word-left", help: "a word to the left" },
  {
    keys: ["alt+right", "alt+f", "ctrl+right"],
    in: ["write", "ask"],
    action: "word-right",
    help: "a word to the right",
  },
  { keys: ["home", "ctrl+a"], in: ["write", "ask"], action: "line-start", help: "the start of the line" },
  { keys: ["end", "ctrl+e"], in: ["write", "ask"], action: "line-end", help: "the end of the line" },
  { keys: ["backspace"], in: ["write", "ask"], action: "delete-back", help: "delete a character" },
  { keys: ["delete"], in: ["write", "ask"], action: "delete-forward", help: "delete the next character" },
  { keys: ["ctrl+w", "alt+backspace"], in: ["write", "ask"], action: "delete-word", help: "delete a word" },
  { keys: ["ctrl+u"], in: ["write", "ask"], action: "delete-to-start", help: "delete to the start of the line" },
  { keys: ["ctrl+k"], in: ["write", "ask"], action: "delete-to-end", help: "delete to the end of the line" },
  { keys: ["ctrl+g"], in: ["write"], action: "external-editor", help: "write the prompt in $VISUAL or $EDITOR" },
  {
    keys: ["ctrl+c"],
    in: ["write"],
    action: "interrupt-or-clear",
    help: "interrupt the turn; without one, clear the prompt, then leave",
  },
  { keys: ["esc"], in: ["write"], action: "read", help: "read: letters become commands" },

  { keys: ["i", "enter"], in: ["read"], action: "write", help: "write a prompt" },
  { keys: ["x", "ctrl+c"], in: ["read"], action: "interrupt", help: "interrupt the turn" },
  { keys: ["esc"], in: ["read"], action: "end-search", help: "end the search", needs: "found" },
  { keys: ["q", "esc"], in: ["read"], action: "leave", help: "back to the sessions" },
  { keys: ["down", "j"], in: ["read"], action: "scroll-down", help: "a line down" },
  { keys: ["up", "k"], in: ["read"], action: "scroll-up", help: "a line up" },
  { keys: ["pagedown", " "], in: ["read"], action: "scroll-page-down", help: "a page down" },
  { keys: ["pageup", "b"], in: ["read"], action: "scroll-page-up", help: "a page up" },
  { keys: ["pagedown"], in: ["write"], action: "scroll-page-down", help: "a page down" },
  { keys: ["pageup"], in: ["write"], action: "scroll-page-up", help: "a page up" },
  { keys: ["home", "g"], in: ["read"], action: "scroll-top", help: "to the beginning" },
  { keys: ["end", "G"], in: ["read"], action: "scroll-bottom", help: "to the end, and follow it" },
  { keys: ["/"], in: ["read"], action: "search", help: "search in the session" },
  { keys: ["n"], in: ["read"], action: "next-match", help: "the next match", needs: "found" },
  { keys: ["N"], in: ["read"], action: "previous-match", help: "the match before", needs: "found" },
  { keys: ["]"], in: ["read"], action: "mark-next", help: "mark the next tool call or thought" },
  { keys: ["["], in: ["read"], action: "mark-previous", help: "mark the tool call or thought before" },
  { keys: ["o"], in: ["read"], action: "toggle-marked", help: "unfold what is marked, else the newest, or fold it" },
  { keys: ["O"], in: ["read"], action: "toggle-all", help: "unfold all tool calls and thoughts, or fold them" },
  {
    keys: ["l"],
    in: ["read"],
    action: "toggle-timeline",
    help: "show or hide where the newest turn's time went, what turns cost, and activity",
  },

  { keys: ["y"], in: ["read"], action: "allow", help: "allow what the agent asks", needs: "approval" },
  { keys: ["alt+y"], in: ["write"], action: "allow", help: "allow what the agent asks", needs: "approval" },
  {
    keys: ["A"],
    in: ["read"],
    action: "allow-always",
    help: "allow it, and in this session from now on what the rule covers that is shown then",
    needs: "approval",
  },
  {
    keys: ["alt+a"],
    in: ["write"],
    action: "allow-always",
    help: "allow it, and in this session from now on what the rule covers that is shown then",
    needs: "approval",
  },
  { keys: ["d"], in: ["read"], action: "deny", help: "deny it, with a reason if you like", needs: "approval" },
  { keys: ["alt+n"], in: ["write"], action: "deny", help: "deny it, with a reason if you like", needs: "approval" },
  {
    keys: ["e"],
    in: ["read"],
    action: "edit-input",
    help: "edit what is to be done, then allow it",
    needs: "approval",
  },
  {
    keys: ["alt+e"],
    in: ["write"],
    action: "edit-input",
    help: "edit what is to be done, then allow it",
    needs: "approval",
  },
  {
    keys: ["v"],
    in: ["read"],
    action: "more-of-asked",
    help: "the rest of what the agent asks, where it does not fit",
    needs: "approval",
  },
  {
    keys: ["alt+v"],
    in: ["write"],
    action: "more-of-asked",
    help: "the rest of what the agent asks, where it does not fit",
    needs: "approval",
  },
  {
    keys: DIGITS,
    in: ["read"],
    action: "choose",
    help: "choose this answer to the agent's question",
    needs: "question",
  },

  {
    keys: ["tab"],
    in: ["read", "write"],
    action: "next-session",
    help: "the next open session, of the nine shown last",
  },
  { keys: ["shift+tab"], in: ["read", "write"], action: "previous-session", help: "the open session before" },
  {
    keys: withAlt(DIGITS),
    in: ["list", "read", "write"],
    action: "go-to-session",
    help: "the open session of this number",
  },
  { keys: DIGITS, in: ["list", "read"], action: "go-to-session", help: "the same, unless the agent has a question" },
  { keys: ["w"], in: ["read"], action: "close-session", help: "no longer follow this session here" },

  { keys: ["enter"], in: ["ask"], action: "answer-ask", help: "done" },
  { keys: ["esc", "ctrl+c"], in: ["ask"], action: "cancel-ask", help: "never mind" },
] as const satisfies readonly KeyRow[];

export type ActionName = (typeof KEYS)[number]["action"];

/** What the key means there, if anything. */
export function findAction(
  key: string,
  place: Place,
  holds: (condition: Condition) => boolean,
): ActionName | undefined {
  const rows: readonly (KeyRow & { action: ActionName })[] = KEYS;
  const fits = ({ keys, in: places, needs }: KeyRow) =>
    keys.includes(key) && places.includes(place) && (needs === undefined || holds(needs));
  return rows.find(fits)?.action;
}
