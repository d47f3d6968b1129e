/** All roles by name: what a benchmark's process is told to be. */
import * as bare from "./bare-frames.ts";
import * as codec from "./codec-roles.ts";
import * as matching from "./match-roles.ts";
import * as own from "./own-roles.ts";
import * as peer from "./peers/peer-roles.ts";
import { serve } from "./peers/server.ts";
import * as storePeer from "./peers/store-peer-roles.ts";
import * as raw from "./raw-roles.ts";
import type { Part } from "./role.ts";
import * as storeAlone from "./store-alone-roles.ts";
import * as store from "./store-roles.ts";

export const roles = {
  publish: own.publish,
  subscribe: own.subscribe,
  subscribeMany: own.subscribeMany,
  route: own.route,
  publishLocally: own.publishLocally,
  publishInproc: own.publishInproc,
  answer: own.answer,
  ask: own.ask,
  askInproc: own.askInproc,
  rawPublish: raw.rawPublish,
  rawSubscribe: raw.rawSubscribe,
  rawSubscribeMany: raw.rawSubscribeMany,
  rawAnswer: raw.rawAnswer,
  rawAsk: raw.rawAsk,
  rawWsAnswer: raw.rawWsAnswer,
  rawWsAsk: raw.rawWsAsk,
  barePublish: bare.barePublish,
  bareSubscribe: bare.bareSubscribe,
  peerServe: serve,
  peerPublish: peer.peerPublish,
  peerSubscribe: peer.peerSubscribe,
  peerAnswer: peer.peerAnswer,
  peerAsk: peer.peerAsk,
  match: matching.match,
  matchQlobber: matching.matchQlobber,
  codec: codec.measureOwn,
  codecArray: codec.measureArray,
  putIntoStore: store.putIntoStore,
  copyStore: store.copyStore,
  fillStore: store.fillStore,
  fetchStore: store.fetchStore,
  lookUp: storeAlone.lookUp,
  putOntoDisk: storeAlone.putOntoDisk,
  peerServeStore: storePeer.peerServeStore,
  peerPutIntoStore: storePeer.peerPutIntoStore,
  peerCopyStore: storePeer.peerCopyStore,
  peerFillStore: storePeer.peerFillStore,
  peerFetchStore: storePeer.peerFetchStore,
} satisfies Record<string, (part: Part) => Promise<void>>;

export type RoleName = keyof typeof roles;

/** Plays the part; ends with the parent, whatever happens to it. */
export async function play(part: Part): Promise<void> {
  process.on("disconnect", () => process.exit(1));
  await roles[part.role as RoleName](part);
  process.disconnect();
}
