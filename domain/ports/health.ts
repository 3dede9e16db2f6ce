/** A store that health asks. */
export interface Pingable {
  readonly name: string;
  ping(): Promise<void>;
}
