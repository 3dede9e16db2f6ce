/** A value now or later. An adapter that needs no I/O costs no turn of the event loop. */
export type Eventually<T> = T | Promise<T>;
