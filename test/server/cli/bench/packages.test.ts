import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { defaultFolder, findCommand, Packages } from "../../../../server/cli/bench/peers/packages.ts";
import { takeAttendance } from "../../../../server/cli/bench/peers/peers.ts";

test("the benchmark looks for its peers where .ci/peers.mjs puts them", () => {
  const script = readFileSync(fileURLToPath(new URL("../../../../.ci/peers.mjs", import.meta.url)), "utf8");
  expect(/folderName = "(.*)"/.exec(script)?.[1]).toBe(basename(defaultFolder()));
});

test("what is missing is told in words, and so is what nobody asked for", () => {
  const { present, absent } = takeAttendance(["nats", "qlobber"], new Packages("/nowhere"));
  expect(present.size).toBe(0);
  expect(Object.fromEntries(absent)).toEqual({
    nats: "no package @nats-io/transport-node on this machine; node .ci/peers.mjs installs it",
    redis: "not asked for",
    mosquitto: "not asked for",
    zeromq: "not asked for",
    qlobber: "no package qlobber on this machine; node .ci/peers.mjs installs it",
  });
});

test("a command that is nowhere is not found", () => {
  expect(findCommand("no-such-server")).toBeUndefined();
});
