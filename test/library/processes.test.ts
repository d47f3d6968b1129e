/** Which processes are gone, by real ones. On other systems than Linux nothing is known, and that is tried there. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { longestTold, noProcesses, systemProcesses } from "../../library/processes.ts";

const isLinux = process.platform === "linux";
const own = () => systemProcesses.own();
const runs = (told: string) => systemProcesses.runs(told);
const isGone = (told: string) => systemProcesses.isGone(told);

/** What a process would tell of itself: as we do, with its own number and beginning. */
function toldBy(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const began = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return `${own()!.split(" ")[0]} ${pid} ${began}`;
}

describe.skipIf(!isLinux)("F4: on Linux", () => {
  it("our own process runs, and is known by the same each time", () => {
    expect(own()).toMatch(/^[0-9a-f]{32} \d+ \d+$/);
    expect([own(), runs(own()!), isGone(own()!)]).toEqual([toldBy(process.pid), true, false]);
    expect(own()!.length).toBeLessThanOrEqual(longestTold);
  });

  it("one that was killed is gone, one that is stopped is not", async () => {
    const child = spawn("sleep", ["1000"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "spawn");
    const told = toldBy(child.pid!);
    expect([runs(told), isGone(told)]).toEqual([true, false]);
    child.kill("SIGSTOP");
    expect([runs(told), isGone(told)]).toEqual([true, false]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect([runs(told), isGone(told)]).toEqual([false, true]);
  });

  it("one that has ended is gone, though nobody has asked how", async () => {
    const parent = spawn("sh", ["-c", "sleep 1000 & echo $!; exec sleep 1000"]);
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
    const told = toldBy(Number(line));
    expect(runs(told)).toBe(true);
    process.kill(Number(line), "SIGKILL");
    while (!isGone(told)) await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(`/proc/${line}/stat`, "latin1")).toContain(") Z ");
  });

  it("one whose number is another's by now is gone", () => {
    const [machine, pid, began] = own()!.split(" ");
    const former = `${machine} ${pid} ${Number(began) - 1}`;
    expect([runs(former), isGone(former)]).toEqual([false, true]);
  });

  it("nothing is known of other machines, of other namespaces, and of what is no process", () => {
    const [machine, pid, began] = own()!.split(" ");
    const unknown = [
      `${"0".repeat(32)} ${pid} ${began}`,
      `${machine} 0 ${began}`,
      `${machine} -1 ${began}`,
      `${machine} ${pid}`,
      `${own()} `,
      "",
    ];
    for (const told of unknown) expect([told, runs(told), isGone(told)]).toEqual([told, false, false]);
  });
});

it("F4: elsewhere than on Linux nobody is known", () => {
  expect(own() === undefined).toBe(!isLinux);
});

it("F4: who is told of no processes takes nobody for gone", () => {
  expect([noProcesses.own(), noProcesses.runs("x"), noProcesses.isGone("x")]).toEqual([undefined, false, false]);
});
