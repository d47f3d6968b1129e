/**
 * What `switchyard bench` measures beside ours: clients from npm, in the cache folder, and servers from Debian.
 *
 *     node .ci/peers.mjs
 *
 * Invariant: nothing here is a dependency of the project; no server is started. What cannot be had is said, and the
 * benchmark does without it.
 */

import { say } from "./process.mjs";
import { isMain, main } from "./setup.mjs";
import { cached, installPackages, mayInstallPackages, npmInstall, which } from "./tools.mjs";

/** A new name with every change of a version; server/cli/bench/peers/packages.ts looks there. */
const folderName = "peers-2";

/** On Node 20 the client of NATS stays at 3.3.1: later ones have parts that want Node 22. */
const clients = [
  "@nats-io/transport-node@3.3.1",
  "@nats-io/kv@3.3.1",
  "ioredis@6.0.0",
  "redis@6.3.1",
  "mqtt@5.16.0",
  "zeromq@6.8.0", // its binaries are in the package
  "qlobber@8.0.1",
];

/** Commands, which are also the names of Debian's packages. */
const servers = ["nats-server", "redis-server", "mosquitto"];

/** Installs what is missing; returns, in words, what there is and what cannot be had. */
export async function peers() {
  const folder = cached(folderName, (target) => npmInstall(target, ...clients)).catch(
    (error) => `no clients: ${error.message.split("\n")[0]}`,
  );
  const missing = await missingServers();
  if (missing.length > 0 && mayInstallPackages()) {
    say(`peers    installing Debian's ${missing.join(", ")}…`);
    await installPackages(...missing);
  }
  const lacking = await missingServers();
  return [await folder, ...lacking.map((name) => `no ${name}: install it, for example: apt-get install ${name}`)];
}

/** Debian puts servers where the PATH of ordinary users does not lead. */
async function missingServers() {
  const found = await Promise.all(servers.map((command) => which(command, "/usr/sbin", "/usr/local/sbin")));
  return servers.filter((_, i) => found[i] === undefined);
}

if (isMain(import.meta.url)) {
  await main(async () => {
    for (const line of await peers()) say(`peers    ${line}`);
  });
}
