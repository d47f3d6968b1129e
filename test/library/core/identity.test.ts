import { expect, it } from "vitest";
import { type Identity, isSameIdentity, NamesInUse } from "../../../library/core/identity.ts";

const one: Identity = { kind: "certificate", subject: "CN=one", names: ["one"], fingerprint: "1".repeat(64) };
const other: Identity = { ...one, fingerprint: "2".repeat(64) };
const token: Identity = { kind: "token" };

it("X4: tells identities apart by what was proven, not by what it says", () => {
  const all = [undefined, token, one, other];
  for (const a of all) for (const b of all) expect(isSameIdentity(a, b)).toBe(a === b);
  expect(isSameIdentity(one, { ...one, subject: "CN=renamed", names: [] })).toBe(true);
});

it("X4: gives a name to one identity, for as long as any connection holds it", () => {
  const names = new NamesInUse();
  expect(names.claim("a", one, 1)).toBe(true);
  expect(names.claim("a", one, 1)).toBe(true);
  expect(names.claim("a", other, 2)).toBe(false);
  expect(names.claim("a", undefined, 2)).toBe(false);
  expect(names.claim("b", other, 2)).toBe(true);
  expect(names.claim("a", one, 3)).toBe(true); // its next life
  names.release("a", 1);
  expect(names.claim("a", other, 2)).toBe(false);
  names.release("a", 2); // who never had it
  expect(names.claim("a", other, 2)).toBe(false);
  names.release("a", 3);
  expect(names.claim("a", other, 2)).toBe(true);
});
