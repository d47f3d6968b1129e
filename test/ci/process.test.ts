import { expect, it } from "vitest";
import { startGroup } from "../../.ci/rig.mjs";

it("ends a process with the helpers it left", async () => {
  const helper = `require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" })`;
  const lines: string[] = [];
  const heard = new Promise<number>((resolve) => {
    const program = `console.log(${helper}.pid); setInterval(() => {}, 1000)`;
    const group = startGroup(process.execPath, ["-e", program], {
      onLine: (line) => {
        lines.push(line);
        void group.stop().then(() => resolve(Number(line)));
      },
    });
  });
  const pid = await heard;
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(lines).toEqual([String(pid)]);
});

it("insists with a process that will not listen", async () => {
  const program = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("deaf")`;
  const group = await new Promise<ReturnType<typeof startGroup>>((resolve) => {
    const started = startGroup(process.execPath, ["-e", program], { onLine: () => resolve(started) });
  });
  await group.stop();
  expect(await group.ended).not.toBe(0);
});

it("tells the exit status and what was printed", async () => {
  const program = `console.error("so it ends"); process.exitCode = 3`;
  const group = startGroup(process.execPath, ["-e", program]);
  expect(await group.ended).toBe(3);
  await group.stop();
  expect(group.output()).toContain("so it ends");
});
