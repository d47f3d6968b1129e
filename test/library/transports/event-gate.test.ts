import { beforeEach, describe, expect, it } from "vitest";
import { SwitchyardError } from "../../../library/core/errors.ts";
import { EventGate } from "../../../library/transports/event-gate.ts";

describe("the event gate", () => {
  let gate = new EventGate();
  let told: unknown[] = [];
  const events = {
    received: (chunk: Uint8Array) => told.push([...chunk]),
    drained: () => told.push("drained"),
    closed: (error?: SwitchyardError) => told.push(error?.code ?? "closed"),
  };

  beforeEach(() => {
    gate = new EventGate();
    told = [];
  });

  it("passes on what is told, and nothing after closed", () => {
    gate.start(events);
    gate.received(Uint8Array.of(1));
    gate.drained();
    gate.closed(new SwitchyardError("PEER_LOST", "a link"));
    gate.closed();
    gate.drained();
    gate.received(Uint8Array.of(2));
    expect(told).toEqual([[1], "drained", "PEER_LOST"]);
  });

  it("holds drained back until the start, and tells it once, later", async () => {
    gate.drained();
    gate.drained();
    gate.start(events);
    expect(told).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(["drained"]);
  });

  it("holds closed back until the start; nobody needs drained then", async () => {
    gate.drained();
    gate.closed();
    gate.start(events);
    expect(told).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(["closed"]);
  });

  it("tells nothing but closed once it is muted", () => {
    gate.start(events);
    gate.mute();
    gate.received(Uint8Array.of(1));
    gate.drained();
    gate.closed();
    expect(told).toEqual(["closed"]);
  });

  it("is started once", () => {
    gate.start(events);
    expect(() => gate.start(events)).toThrow(/a link is started once/);
  });
});
