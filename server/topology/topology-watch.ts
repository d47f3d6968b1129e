/**
 * Looks at one cluster: once a second while somebody watches, or when somebody asks and the last look is old.
 *
 * Invariant: at most one look is under way, and none begins while nobody wants one. `version` grows with every look
 * that found something else than the one before. Knows nothing of how the picture is made.
 */
import type { Clock, NodeReport } from "../../library/index.ts";
import type { Topology } from "../protocol/topology.ts";
import { buildTopology, type Look } from "./build-topology.ts";
import { isSamePicture } from "./same-picture.ts";

const everyMs = 1_000;
/** A picture younger than this is as good as a new one. */
const freshMs = 2_000;

export interface TopologyWatchOptions {
  readonly cluster: string;
  /** Id of the node that looks. */
  readonly selfId: string;
  readonly clock: Pick<Clock, "nowMs" | "after">;
  /** What each reachable node tells of itself; fails, or tells nothing, while the cluster is out of reach. */
  readonly ask: () => Promise<readonly NodeReport[]>;
  readonly changed: (version: number) => void;
}

const nothingSeen: Omit<Topology, "cluster" | "version"> = { nodes: [], topics: [], topicsLeftOut: 0, silent: [] };

export class TopologyWatch {
  readonly #options: TopologyWatchOptions;
  #look: Look | undefined;
  #version = 0;
  #underWay: Promise<void> | undefined;
  #isWatched = false;
  #isClosed = false;
  #cancelNext: (() => void) | undefined;

  constructor(options: TopologyWatchOptions) {
    this.#options = options;
  }

  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    if (isWatched) void this.#lookNow();
    else this.#cancelNext?.();
  }

  /** The newest picture; a new one, where the last look is old. */
  async picture(): Promise<Topology> {
    await this.#refresh();
    return { cluster: this.#options.cluster, version: this.#version, ...(this.#look?.topology ?? nothingSeen) };
  }

  /** What the nodes reported at the last look, or a new one where it is old. `undefined`: none has succeeded yet. */
  async reports(): Promise<readonly NodeReport[] | undefined> {
    await this.#refresh();
    return this.#look?.reports;
  }

  /** To be called when the cluster may look different at once: the connection came up. */
  lookAgain(): void {
    if (this.#isWatched) void this.#lookNow();
  }

  close(): void {
    this.#isClosed = true;
    this.watch(false);
  }

  async #refresh(): Promise<void> {
    const ageMs = this.#options.clock.nowMs() - (this.#look?.atMs ?? Number.NEGATIVE_INFINITY);
    if (ageMs > freshMs) await this.#lookNow();
  }

  /** Never rejects: a look that fails leaves the picture as it is. */
  #lookNow(): Promise<void> {
    this.#underWay ??= this.#lookOnce().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #lookOnce(): Promise<void> {
    this.#cancelNext?.();
    const { clock, ask, selfId } = this.#options;
    const startedMs = clock.nowMs();
    const reports = await ask().catch((): readonly NodeReport[] => []);
    if (reports.length > 0) this.#see(buildTopology(reports, selfId, this.#look, clock.nowMs()));
    if (!this.#isWatched) return;
    const restMs = Math.max(0, startedMs + everyMs - clock.nowMs());
    this.#cancelNext = clock.after(restMs, () => void this.#lookNow());
  }

  #see(look: Look): void {
    if (this.#isClosed) return;
    const before = this.#look;
    this.#look = look;
    if (before !== undefined && isSamePicture(before.topology, look.topology)) return;
    this.#version++;
    this.#options.changed(this.#version);
  }
}
