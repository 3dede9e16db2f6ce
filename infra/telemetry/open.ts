import type { Observer } from "../../domain/ports/observer.ts";

interface Telemetry {
  /** Whether Deno exports what is measured. */
  readonly exportsTelemetry: boolean;
}

/** Opens what measures Kese. Nothing of it is loaded when nobody listens. */
export async function openObserver({ exportsTelemetry }: Telemetry): Promise<Observer | undefined> {
  if (!exportsTelemetry) return undefined;
  const { createOpenTelemetryObserver } = await import("./open_telemetry.ts");
  return createOpenTelemetryObserver();
}
