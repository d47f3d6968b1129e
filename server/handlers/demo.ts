/** The demo cluster, started and stopped. */
import type { Binding } from "../binding.ts";
import { object } from "../checks.ts";
import type { DemoCluster } from "../demo-cluster.ts";
import { startDemo, stopDemo } from "../protocol/demo.ts";

export function bindDemo(binding: Binding, demo: DemoCluster): void {
  binding.answer(startDemo, object({}), () => demo.start());

  binding.answer(stopDemo, object({}), async () => {
    await demo.stop();
    return null;
  });
}
