import { expect, it } from "vitest";
import { formatTable } from "./table.ts";

const columns = [
  { title: "NAME", cell: ({ name }: { name: string; count: number }) => name },
  { title: "COUNT", align: "right" as const, cell: ({ count }: { count: number }) => String(count) },
  { title: "NOTE", cell: () => "" },
];

it("lines columns up, numbers to the right, without spaces at the ends of lines", () => {
  const table = formatTable(
    [
      { name: "a", count: 1 },
      { name: "longer", count: 1000 },
    ],
    columns,
  );
  expect(table).toBe("NAME    COUNT  NOTE\na           1\nlonger   1000\n");
});

it("is its titles when there is nothing to show", () => {
  expect(formatTable([], columns)).toBe("NAME  COUNT  NOTE\n");
});

it("lets no cell do more than be read", () => {
  const table = formatTable([{ name: "\x1b[2Ja\nb\u202e", count: 1 }], columns.slice(0, 1));
  expect(table).toBe("NAME\na b\\u202e\n");
});

it("is cut to the width there is, wide characters counted twice", () => {
  const table = (name: string) => formatTable([{ name, count: 1 }], columns.slice(0, 1), 8).split("\n")[1];
  expect(table("12345678")).toBe("12345678");
  expect(table("123456789")).toBe("1234567…");
  expect(table("日本日本")).toBe("日本日本");
  expect(table("日本日本日")).toBe("日本日…");
});
