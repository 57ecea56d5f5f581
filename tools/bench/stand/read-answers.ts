const LAST_CHUNK = "\r\n0\r\n\r\n";

/** Finds the ends of HTTP answers, with a length or in chunks, in what comes over one connection. @throws when one is no 200 */
export function createAnswerReader(onAnswer: () => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);

  function take(): boolean {
    const end = held.indexOf("\r\n\r\n");
    if (end === -1) return false;
    const head = held.toString("latin1", 0, end);
    if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(head);
    const size = /^content-length: (\d+)\r?$/im.exec(head)?.[1];
    const last = size === undefined ? held.indexOf(LAST_CHUNK, end) : -1;
    const length = size === undefined ? last + LAST_CHUNK.length : end + 4 + Number(size);
    if ((size === undefined && last === -1) || held.length < length) return false;
    held = held.subarray(length);
    return true;
  }

  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (take()) onAnswer();
  };
}
