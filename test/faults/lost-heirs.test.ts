/** F4 with real processes: an heir on the same machine that is killed, and one that is only stopped. */
import { expect, it } from "vitest";
import { inStoreCompany, type StoreCompany } from "./store-company.ts";

/** The authority looks at each ping at the latest; the rest is for a busy machine. */
const noticedMs = 500 + 2_000;

/** An authority with an heir, and a client that writes to it. */
async function gather(company: StoreCompany): Promise<void> {
  const listen = "tcp://127.0.0.1:0";
  const left = await company.start({ name: "left", role: "authority", listen, dial: [] });
  await company.start({ name: "right", role: "standby", dial: [left] });
  await comesTo(company, "protected");
  await company.start({ name: "writer", role: "client", mode: "async", dial: [left], atOnce: 4 });
  await company.flows("writer", 20);
}

/** Which states the authority went through until then, this one included. */
async function comesTo(company: StoreCompany, wanted: string): Promise<readonly unknown[]> {
  const states: unknown[] = [];
  while (states.at(-1) !== wanted) states.push((await company.node("left").hear("term"))["state"]);
  return states;
}

it.skipIf(process.platform !== "linux")(
  "F4: an heir that is killed is known to be gone, and the authority goes on alone (on Linux)",
  { timeout: 60_000 },
  () =>
    inStoreCompany(async (company) => {
      await gather(company);
      const killedMs = performance.now();
      await company.node("right").kill();
      await comesTo(company, "unprotected"); // it would wait for ever if it did not know
      const tookMs = performance.now() - killedMs;
      console.info(`alone ${Math.round(tookMs)} ms after the kill -9 of the heir`);
      expect(tookMs).toBeLessThan(noticedMs);
      await company.flows("writer", 20);
      expect((await company.status("left")).version.epoch).toBe(2);
    }),
);

it("F4: an heir that is only stopped is waited for, and when it is killed then, too", { timeout: 60_000 }, () =>
  inStoreCompany(async (company) => {
    await gather(company);
    company.node("right").signal("SIGSTOP");
    expect(await comesTo(company, "waiting-for-heir")).not.toContain("unprotected");
    await company.node("right").kill(); // by now it might have taken over, for all that the authority can know
    const { code } = await company.node("left").ask({ kind: "try" }); // for three seconds
    expect([code, (await company.status("left")).version.epoch]).toEqual(["INDETERMINATE", 1]);
  }),
);
