/** The public API of Switchyard's library. */
export { type Chance, type Clock, systemChance, systemClock } from "./clock.ts";
export type { Cluster, NodesOptions } from "./cluster.ts";
export type { Connection, ConnectionState, ConnectionStats } from "./connection.ts";
export type { Connections, ListeningAt, ListenOptions, OpenOptions } from "./connections.ts";
export { Context, type ContextOptions, type ContextStats } from "./context.ts";
export type { AccessPatterns, AccessRule, AccessSubject } from "./core/access.ts";
export type { Drop, DropReason } from "./core/drop-ledger.ts";
export { type FailureCode, failures, SwitchyardError } from "./core/errors.ts";
export { isNodeName } from "./core/handshake.ts";
export type { Identity } from "./core/identity.ts";
export type { Origin } from "./core/origin.ts";
export { checkPattern, covers, matches, overlaps } from "./core/pattern.ts";
export type { TopicSchema } from "./core/schema.ts";
export { type Durability, durabilities, type Entry as StoreEntry, type Version } from "./core/store/change.ts";
export { lostOf as versionsLost, type Risk as StoreRisk } from "./core/store/promotion.ts";
export type { StoreSchema } from "./core/store/schema.ts";
export type { WitnessRecord } from "./core/store/witness.ts";
export { checkTopic, isReserved, nodeTopic } from "./core/topic.ts";
export * from "./core/values/index.ts";
export * from "./core/zeek-log/index.ts";
export {
  type Event,
  type EventHandler,
  type Events,
  event,
  type ReceivedEvent,
  type Reply,
  type StreamedEvent,
} from "./events.ts";
export type { FileHandler, Files, FileWrite } from "./files.ts";
export {
  type FolderReceiver,
  type FolderStats,
  type ReceiveOptions,
  type RefusedWrite,
  receiveInto,
} from "./folder-receiver.ts";
export type { Gap } from "./gaps.ts";
export type { ListenLimits } from "./listen-limits.ts";
export type { Log, LogHandler, LogHeader, LogLine, Logs, StreamedLine } from "./logs.ts";
export type { MessageStream, StreamOptions } from "./message-stream.ts";
export type {
  ConnectionReport,
  ForwardReport,
  NodeReport,
  StoreReport,
  SubscriptionReport,
  TopicReport,
} from "./node-report.ts";
export type { OverflowPolicy } from "./outbox.ts";
export type { Peer } from "./peer.ts";
export type { Processes } from "./processes.ts";
export { software, version } from "./software.ts";
export { type Salvaged, salvageFolder } from "./storage/salvage.ts";
export type { Storage } from "./storage/storage.ts";
export type { Diverged } from "./store/diverged.ts";
export {
  type Divergence,
  type ReadEntry,
  type ReadRemoval,
  StoreExportPrinter,
  StoreExportReader,
} from "./store/export-lines.ts";
export type { Keys } from "./store/keys.ts";
export type {
  AuthoritativeOptions,
  InsertOptions,
  OpenStoreOptions,
  PromoteOptions,
  ReadOptions,
  StandbyOptions,
  StoreOptions,
  TakeoverOptions,
  WriteOptions,
} from "./store/options.ts";
export type { AtRisk } from "./store/promoting.ts";
export type { Promoted } from "./store/promotions.ts";
export type { StoreRoleName, StoreState, Succession } from "./store/side.ts";
export type { StoreChange, StoreEvents, StoreReset, Written } from "./store/told.ts";
export type { WitnessHandle } from "./store/witness.ts";
export type { Store } from "./store.ts";
export type { AuthorityConflict, Rival, Stores } from "./stores.ts";
export type { Answer, SurveyOptions } from "./surveys.ts";
export type { DeclaredSchema, Forwarding, Topics } from "./topics.ts";
export { inproc } from "./transports/inproc.ts";
export { ipc } from "./transports/ipc.ts";
export { tcp } from "./transports/tcp.ts";
export { tls } from "./transports/tls.ts";
export type {
  ConnectOptions,
  Link,
  LinkEvents,
  LinkSecurity,
  Listener,
  ListenerOptions,
  PeerCertificate,
  TlsOptions,
  Transport,
} from "./transports/transport.ts";
export { ws } from "./transports/ws.ts";
export type { WsOptions } from "./transports/ws-admission.ts";
export type { Column } from "./wire/shape.ts";
