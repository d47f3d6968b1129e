/** How changes are told to those who use a store. */
import { expect, it } from "vitest";
import type { Change, Entry } from "../../../library/core/store/change.ts";
import { storeChangeOf } from "../../../library/store/told.ts";

const version = { epoch: 1, revision: 7 };
const put: Change = { kind: "put", key: "k", value: 2, expiresAtMs: undefined, expiresAfterMs: undefined };
const entry = { key: "k", value: 1, revision: 3 } as Entry;
const none = { ...entry, value: null } as Entry;

it.each([
  ["what was not there is inserted", put, undefined, { kind: "insert", key: "k", value: 2, before: undefined }],
  ["what was there is updated", put, entry, { kind: "update", key: "k", value: 2, before: 1 }],
  ["a value that is none was there, too", put, none, { kind: "update", key: "k", value: 2, before: null }],
  [
    "what is removed says what it was",
    { kind: "remove", key: "k", isExpired: false },
    entry,
    { kind: "remove", key: "k", value: undefined, before: 1 },
  ],
  [
    "what went by itself is told apart",
    { kind: "remove", key: "k", isExpired: true },
    entry,
    { kind: "expire", key: "k", value: undefined, before: 1 },
  ],
  [
    "a clear has no key",
    { kind: "clear" },
    undefined,
    { kind: "clear", key: null, value: undefined, before: undefined },
  ],
] as const)("%s", (_name, change, before, told) => {
  expect(storeChangeOf(change as Change, before, version)).toEqual({ ...told, version });
});
