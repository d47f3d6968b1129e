/** T7: half-open TCP, black holes, resets in the middle of a frame, single bytes, over real sockets. */
import { describe } from "vitest";
import { string } from "../../library/index.ts";
import { cases } from "../rig/cases.ts";
import type { Direction, Manner } from "../rig/fault-proxy.ts";
import type { SeededChance } from "../simulator/chance.ts";
import { Account, type Kind } from "./account.ts";
import { BrokenPath } from "./broken-path.ts";
import { turns, until } from "./until.ts";

const both: readonly Direction[] = ["toListener", "toOpener"];
const someWays: readonly (readonly Direction[])[] = [both, ["toListener"], ["toOpener"]];

/** Frames that tell of a stream and its shapes may wait with its messages. */
const announcements = 4;

/** The limit, and the step in which the time of these tests passes. */
const deadMs = 15_000 + 500;

/** A path that is used, closed whatever comes. */
async function onPath(
  chance: SeededChance,
  isSourceDialling: boolean,
  use: (path: BrokenPath) => Promise<void>,
  queueMessages = 8_192,
): Promise<void> {
  const path = await BrokenPath.open(chance, isSourceDialling, { queueMessages });
  try {
    await use(path);
  } finally {
    await path.close();
  }
}

async function arrived(path: BrokenPath, account: Account, kind = "message"): Promise<void> {
  account.raise(path.source, 1);
  const last = account.raised - 1;
  await until(`the last ${kind} arrives`, () => account.last === last);
}

/** Breaks the connection for good, in one of the ways it can be, while messages are on their way. */
async function breakIt(path: BrokenPath, chance: SeededChance, accounts: readonly Account[]): Promise<void> {
  const raiseSome = (): void => {
    for (const account of accounts) account.raise(path.source, chance.integer(1, 40));
  };
  raiseSome();
  const way = chance.integer(0, 4);
  if (way === 0) path.proxy.cut();
  if (way === 1) path.proxy.reset();
  if (way === 2) path.proxy.resetAfter(chance.integer(1, 900), path.forth);
  if (way > 2) path.proxy.behave(chance.pick<Manner>(["hold", "swallow"]), way === 3 ? both : [path.forth]);
  for (let i = chance.integer(0, 3); i >= 0; i--) {
    await turns(chance.integer(0, 4));
    raiseSome();
  }
  await path.untilDown();
  path.proxy.reset(); // whatever is left of it
  path.proxy.behave("pass");
}

/** The network stays bad for a while: nobody takes connections, or takes them and says nothing. */
async function stayBad(path: BrokenPath, chance: SeededChance): Promise<void> {
  const way = chance.integer(0, 2);
  if (way === 0) path.proxy.refuse();
  if (way === 1) path.proxy.behave("hold");
  if (way === 2) path.proxy.behave("swallow");
  await path.clock.skip(chance.between(0, 40_000));
  path.proxy.behave("pass");
  path.proxy.reset();
  await path.proxy.listen();
}

describe("T7: a path that is dead", () => {
  cases("M6: is up at neither end longer than the limit says", { ci: 40, soak: 400 }, async (chance) => {
    await onPath(chance, chance.flip(), async (path) => {
      const account = new Account("event", "t");
      await account.keepAt(path.sink);
      await arrived(path, account);
      const silent = chance.pick(someWays);
      path.proxy.behave(chance.pick<Manner>(["hold", "swallow"]), silent);
      const sinceMs = path.clock.nowMs();
      const isDown = { opener: false, listener: false };
      await path.clock.skip(60_000, {
        isEnough: () => {
          const tookMs = path.clock.nowMs() - sinceMs;
          const traffic = chance.flip(0.2);
          if (traffic) account.raise(path.source, 1);
          isDown.opener ||= path.connection.state !== "up";
          isDown.listener ||= path.acceptedUp === 0;
          const late = [
            !isDown.opener && silent.includes("toOpener") ? "the opener" : [],
            !isDown.listener && silent.includes("toListener") ? "the listener" : [],
          ].flat();
          if (tookMs > deadMs + 500 && late.length > 0) throw new Error(`${late.join()} is up after ${tookMs} ms`);
          return isDown.opener && isDown.listener;
        },
      });
      if (!isDown.opener || !isDown.listener) throw new Error("one end was up for a minute");
      account.checkOrder();
    });
  });
});

describe("T7: a path that is bad, but not dead", () => {
  cases("M1, M3: loses nothing, however its bytes are cut", { ci: 40, soak: 400 }, async (chance) => {
    await onPath(chance, chance.flip(), async (path) => {
      const accounts = [new Account("event", "e"), new Account("log", "l")];
      for (const account of accounts) await account.keepAt(path.sink);
      const manner = chance.pick<Manner>(["drip", "slow"]);
      path.proxy.behave(manner, chance.pick(someWays));
      for (const account of accounts) account.raise(path.source, manner === "drip" ? 10 : 500);
      for (const account of accounts) await arrived(path, account);
      for (const account of accounts) {
        account.checkOrder();
        account.checkAllFrom(0);
      }
      if (path.proxy.taken !== 1) throw new Error("the connection did not last");
    });
  });

  cases("M6: may be silent for a while, and stays up", { ci: 10, soak: 100 }, async (chance) => {
    await onPath(chance, chance.flip(), async (path) => {
      path.proxy.behave("hold", chance.pick(someWays));
      await path.clock.skip(chance.between(0, 8_000));
      path.proxy.behave("pass");
      await path.clock.skip(60_000); // pings go to and fro
      if (path.proxy.taken !== 1 || !path.isUp) throw new Error("the connection did not last");
    });
  });
});

describe("T7: a connection that breaks", () => {
  cases("M7: comes back by itself, and what is raised from then on arrives", { ci: 50, soak: 500 }, async (chance) => {
    await onPath(chance, chance.flip(), async (path) => {
      const account = new Account("event", "t", string("x".repeat(chance.integer(0, 200))));
      await account.keepAt(path.sink);
      let firstSafe = 0;
      const onUp = (): void => {
        firstSafe = account.raised;
        account.raise(path.source, 3);
      };
      path.source.on("peer", onUp);
      for (let round = chance.integer(1, 2); round > 0; round--) {
        await breakIt(path, chance, [account]);
        if (chance.flip()) await stayBad(path, chance);
        account.raise(path.source, 5);
        firstSafe = Number.POSITIVE_INFINITY;
        await path.untilUp();
        await until("the source sees its peer", () => firstSafe < Number.POSITIVE_INFINITY);
        await arrived(path, account);
        account.checkAllFrom(firstSafe);
        account.checkOrder();
      }
    });
  });

  cases("M7: holds no more than its queue while it is down", { ci: 10, soak: 100 }, async (chance) => {
    const queueMessages = 64;
    await onPath(
      chance,
      true,
      async (path) => {
        const account = new Account("event", "t");
        await account.keepAt(path.sink);
        path.proxy.refuse();
        await breakIt(path, chance, [account]);
        account.raise(path.source, 1_000);
        const { queuedMessages } = path.connection.stats();
        if (queuedMessages > queueMessages + announcements)
          throw new Error(`${queuedMessages} messages wait while it is down`);
        await path.proxy.listen();
        await path.untilUp();
        await arrived(path, account);
        account.checkOrder();
        account.checkAllFrom(account.raised - queueMessages + announcements);
      },
      queueMessages,
    );
  });

  cases("M4: tells exactly what was lost", { ci: 25, soak: 250 }, (chance) => checkAfterBreaks("event", chance));
  cases("M3, M4: loses no log line", { ci: 25, soak: 250 }, (chance) => checkAfterBreaks("log", chance));
});

/** Some breaks in running traffic, with the dialling end the one that raises: it knows that there will be a peer. */
async function checkAfterBreaks(kind: Kind, chance: SeededChance): Promise<void> {
  await onPath(chance, true, async (path) => {
    const account = new Account(kind, "t");
    await account.keepAt(path.sink);
    for (let round = chance.integer(1, 2); round > 0; round--) {
      await breakIt(path, chance, [account]);
      if (chance.flip()) await stayBad(path, chance);
      account.raise(path.source, 5);
      await path.untilUp();
    }
    await arrived(path, account, kind);
    await path.clock.skip(1_000, { stepMs: 100 }); // the reorder wait
    account.checkOrder();
    if (kind === "log") account.checkAllFrom(0);
    account.checkSum();
  });
}
