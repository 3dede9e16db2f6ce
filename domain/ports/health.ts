/** A store that the health check asks. */
export interface Pingable {
  readonly name: string;
  ping(): Promise<void>;
}
