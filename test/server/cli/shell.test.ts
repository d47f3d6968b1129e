/** What a command is told of a stop and of output that fails, and what its status comes to. */
import { PassThrough, Writable } from "node:stream";
import { expect, it } from "vitest";
import { minding, ProcessShell } from "../../../server/cli/shell.ts";

function terminal(stdout: Writable = new PassThrough()) {
  const said = new PassThrough();
  said.setEncoding("utf8");
  return { shell: new ProcessShell({ stdout, stderr: said, env: {} }), said };
}

function failing(code: string): Writable {
  return new Writable({ write: (_text, _encoding, done) => done(Object.assign(new Error(code), { code })) });
}

it("does not wait for what takes long once it is told to stop, and says by what in the status", async () => {
  const { shell } = terminal();
  const waiting = minding(shell, new Promise(() => {}));
  shell.stop(130);
  await expect(waiting).rejects.toBe(shell.stopped.reason);
  await expect(minding(shell, new Promise(() => {}))).rejects.toBe(shell.stopped.reason);
  expect(shell.status).toBe(0); // a command that runs until it is stopped was done
  shell.brokenOff();
  shell.stop(143);
  expect(shell.status).toBe(130);
});

it("hands on what was waited for, and why it failed", async () => {
  const { shell } = terminal();
  expect(await minding(shell, Promise.resolve(7))).toBe(7);
  await expect(minding(shell, Promise.reject(new Error("late")))).rejects.toThrow("late");
});

it("stays a failure where it failed before it was stopped", () => {
  const { shell } = terminal();
  shell.failed();
  shell.stop(130);
  shell.brokenOff();
  expect(shell.status).toBe(1);
});

it("stops quietly when nobody reads any more", async () => {
  const { shell, said } = terminal(failing("EPIPE"));
  shell.out.line("a");
  await shell.out.drained();
  shell.brokenOff();
  expect([shell.stopped.aborted, shell.status, said.read()]).toEqual([true, 0, null]);
});

it("stops and fails when what it printed could not be written", async () => {
  const { shell, said } = terminal(failing("ENOSPC"));
  shell.out.line("a");
  await shell.out.drained();
  expect([shell.stopped.aborted, shell.status]).toEqual([true, 1]);
  expect(said.read()).toMatch(/^switchyard: standard output \(ENOSPC\): the disk is full.* \[NO_SPACE\]\n$/);
});
