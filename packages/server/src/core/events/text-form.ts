/** How events look on a wire, and the bytes of a batch in it: made once, however many follow. */
import type { EventForm, EventRow } from "../../ports/store/store.ts";

/** Bytes of a page; the same ones for the same page. */
export type Encode = (page: readonly EventRow[]) => Buffer;
export type TextForm = EventForm & { encode: Encode };

/** To be made once for all who are sent this form. */
export function createTextForm(form: EventForm): TextForm {
  const { before, between, behind } = form;
  const encode = (page: readonly EventRow[]) =>
    page.map(({ seq, json }) => `${before}${json}${between}${seq}${behind}`).join("");
  return { ...form, encode: encodeOnce(encode) };
}

/** Encodes a page when it is first sent; who keeps up with a log is given the same page, and so the same bytes. */
export function encodeOnce(encode: (page: readonly EventRow[]) => string | Buffer): Encode {
  const kept = new WeakMap<readonly EventRow[], Buffer>();
  return (page) => {
    const known = kept.get(page);
    if (known) return known;
    const made = encode(page);
    const bytes = typeof made === "string" ? Buffer.from(made) : made;
    kept.set(page, bytes);
    return bytes;
  };
}
