/** What the product promises: one row each, by id. `coverage.test.ts` sees to it that each has a test. */
export const REQUIREMENTS = {
  "session.life": "A session is created, becomes ready, is stopped, and its log tells each step.",
  "session.idempotent": "The same idempotency key of an owner is the same session, with one container.",
  "session.wakes": "A prompt wakes a session at rest, with all it had.",
  "session.timeouts": "A session that idles, and a turn that takes too long, are ended in time.",
  "session.metrics": "Every change of a session's status, and every failure, is counted where Prometheus reads.",
  "session.usage": "An owner sees what a session uses of CPU, memory and network; what all use is seen in sums.",
  "session.pauses":
    "A session that a person pauses stands still, also in the midst of a turn, and goes on when it is resumed.",
  "session.parks": "The agent of an idle session is parked: it uses no CPU, and the next prompt does not notice.",
  "session.orphans": "What no session owns is removed within 15 s; what another install owns never is.",
  "session.forks":
    "A fork goes on from another session's files, and from its conversation up to a turn; the other one is untouched.",
  "session.delete": "Deleting a session removes its container, its volumes, its socket, its log.",
  "session.list": "A list has all sessions of its owner once, page by page, and nobody else's.",
  "session.foreign": "What belongs to another owner answers exactly like what does not exist.",
  "session.outlives-server":
    "Sessions go on in their containers while no gateway runs, and the next one takes them up.",
  "session.survives-kill":
    "A gateway killed at any moment loses nothing: the turn ends, followers get every event once.",
  "session.one-gateway":
    "One gateway alone looks after a session; one that stood still and was replaced changes nothing any more.",
  "session.crash-points":
    "Between any two of the gateway's durable steps it may be killed: what was accepted is done once, what is left is removed.",
  "session.no-orphans":
    "What is on the engine for a session that does not exist is removed within 15 s; another install's is not touched.",
  "workspace.host":
    "A session may work in a directory of the host: as its owner, whose the files stay, and which outlives the session.",
  "workspace.border":
    "No path, link or race gives an agent a directory that the operator does not allow, nor the gateway's own data.",
  "workspace.list": "Sessions have names and are found by the directory that they work in.",
  "traces.turn": "A trace that a caller began goes on through its call and its turn, with none of what is said in it.",
  "traces.off": "Where nobody wants traces nothing of them is loaded; a collector that is away costs nobody anything.",
  "turn.streams": "The answer arrives piece by piece while the model speaks.",
  "turn.workspace": "What a turn leaves in the workspace is there for the next.",
  "turn.one-process": "All turns of a session are worked on by one live process, each with one call of the model.",
  "turn.recovers": "A turn whose agent, container or engine dies goes on in a new one, from where it was.",
  "turn.watched": "A turn in which nothing is heard any more is ended or goes on in a new agent; it never hangs.",
  "turn.interrupts": "A turn is ended early on request; what it did stays, and the session goes on.",
  "approval.answers":
    "What the agent asks is answered by its owner: allowed, also otherwise than asked, or denied with a word.",
  "approval.once": "Of answers that race one holds; the others are told which.",
  "approval.survives": "A question outlives its agent, its container and the gateway; its answer takes effect once.",
  "approval.withdrawn": "What nobody needs to answer any more cannot be answered.",
  "approval.rules":
    "What a person has allowed for good is not asked again in that session, whatever dies, until it is withdrawn.",
  "approval.patient": "A question waits for its answer as long as it takes.",
  "tools.allowed":
    "Tools that a session does not allow have no effect, in either mode; the agent is told, and goes on.",
  "turn.order": "Prompts run one at a time, in the order of their arrival.",
  "turn.idempotent": "The same idempotency key is the same turn and is paid for once.",
  "turn.racing":
    "However many callers send one key at once, and though the gateway dies among them, it is one turn that asks the model once.",
  "turn.prompt-limits": "A prompt is refused before anything is stored, or it is accepted whole.",
  "turn.events": "All that the agent does is in the log: thinking, tool calls, results.",
  "events.reconnect": "A follower whose connection breaks gets every event once, in order.",
  "events.text-intact": "Text arrives as the model wrote it, however its bytes were cut on the way.",
  "events.resume": "A follower begins exactly after the event it names.",
  "events.large": "A message of a megabyte arrives whole.",
  "events.pages": "The log can be read page by page.",
  "security.credential": "The model's credential is nowhere but in the gateway and at the model.",
  "security.redacted":
    "A secret of the gateway that somebody says, in pieces too, is in no log, no event and no audit row.",
  "security.broker": "The broker lets through the two calls of the model's API, with its own key, and nothing else.",
  "security.network": "A container reaches no host, no network and no name.",
  "security.two-users": "The agent can touch neither the wrapper nor its link.",
  "security.no-privilege": "The agent has no capability and gains none.",
  "security.hostile-repository": "Settings in a repository change neither where the model is nor what is run.",
  "client.package":
    "The client's tarball is all that a strict program needs, in Node and in browsers; nothing of this workspace.",
  "client.examples": "Each example of the client's README does what it says, against a real gateway.",
  "client.token": "A client whose token expires goes on with the next one, in calls and while it follows.",
  "auth.tokens": "A token that is expired, unsigned, forged, or missing is refused with its own error.",
  "limits.owner":
    "An owner has no more sessions, turns, streams and requests than may be, and is told what to let go of.",
  "limits.slow-callers": "A caller that never finishes its request is hung up on.",
  "auth.every-call":
    "Every procedure, operation and WebSocket refuses callers without a good token, whatever they ask for.",
  "auth.key-pairs": "Tokens may be signed with key pairs instead of a secret, for one issuer and one audience.",
  "auth.browsers":
    "Pages of other sites cannot use the gateway unless their origin was named, nor under a name of their own.",
  "error.engine":
    "Without an engine, an image, or time to start, a session fails with its own error and leaves nothing.",
  "error.disk-full": "On a full disk nothing is accepted and nothing is lost, and space alone heals it.",
  "error.wake": "A session that cannot be woken fails with its own error, and is woken once that is mended.",
  "error.start": "A gateway that cannot start says why, in one of the table's errors.",
  "error.instance-lost": "A turn whose container dies ends with an error, and nothing is left.",
  "error.agent-exited": "A turn whose Claude Code dies ends with an error that says what it wrote last.",
  "agent.garbage": "What the agent writes that is no message is left out; one that writes nothing else is ended.",
  "agent.oversize": "A message that is too large is told by its size, and costs neither the turn nor memory.",
  "agent.hangs-and-exits": "An agent that hangs or ends in a turn, or before the next, is replaced in bounded time.",
  "agent.out-of-memory": "An agent or a container that runs out of memory ends with its own error.",
  "error.model":
    "A model that refuses, limits, fails or is away ends the turn with its own error; the session goes on.",
  "error.model-passing": "A model that fails in passing costs time, not the turn.",
  "model.rate-limit":
    "A rate limit that says when it ends is waited for, once for all sessions, and costs a turn none of its time.",
  "rest.examples": "REST does what its document says: every example in it, in curl's words.",
  "socket.examples": "The WebSockets do what their document says: every example in it, on a real session.",
  "socket.restart": "Whoever follows over a WebSocket gets each event once, in order, though the gateway restarts.",
  "socket.foreign": "Over a WebSocket too, another owner's session cannot be told from one that does not exist.",
  "cli.run": "`ccd run` prints the answer of a new session, ends with the turn's exit code and leaves nothing.",
  "cli.prompts": "`ccd` prompts a session that stays, shows the answer and ends a turn.",
  "cli.chat":
    "`ccd chat` talks in one session: prompts, answers, what the agent asks, interrupts, in a terminal or from a pipe.",
  "cli.directories": "`ccd` works in the directory it is given in, and means the session there when none is named.",
  "cli.answers": "`ccd` shows what an agent asks, and answers it.",
  "cli.sessions": "`ccd` lists, shows, stops and removes sessions.",
  "cli.doctor": "`ccd` says what is wrong with the gateway it uses, what mends it, and which settings hold.",
  "cli.serve": "`ccd serve` runs a gateway in the foreground or the background.",
  "cli.completion": "A shell completes the commands of `ccd`, their options, and sessions.",
  "ui.first-run": "`ccd` with no gateway makes one, with its image, and says hello through a real container.",
  "ui.list": "The UI lists the sessions live, opens one, makes one, and leaves the terminal as it was.",
  "ui.session": "The UI sends prompts, shows the answer as it streams, and interrupts it.",
  "ui.history": "In the UI what tools gave back is unfolded, words are found, and a turn's time is drawn.",
  "ui.approvals": "What an agent asks is answered in the UI, and never by what is typed or pasted.",
  "ui.switch": "Several sessions stream at once in the UI, one key leads to each, and what is new is marked.",
  "ui.restart": "When the gateway restarts the UI says so, and goes on with nothing missing and nothing twice.",
  "ui.network": "When the network is lost the UI says so, and goes on with nothing missing and nothing twice.",
  "ui.moves": "In the UI a session is paused, goes on, is stopped, and wakes with a prompt.",
  "ui.resize": "The UI fits every terminal from 80 columns by 24 rows on, also while its size changes.",
  "ui.safety": "What an agent writes cannot move the cursor, set the title, write the clipboard or turn text around.",
  "ui.editor":
    "Prompts have several lines, a history, pastes that are never sent by themselves, and a person's own editor.",
  "ui.colours":
    "The UI keeps to the colours a terminal has, sixteen or more, fits them to its background, or has none.",
  "ui.plain": "For screen readers there are plain lines, on the terminal's own screen.",
  "cli.exit-codes": "`ccd` tells a script by its exit code what went wrong.",
} as const;

export type Requirement = keyof typeof REQUIREMENTS;
