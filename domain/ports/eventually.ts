/** A value now or later: an adapter that needs no I/O costs no turn of the event loop. */
export type Eventually<T> = T | Promise<T>;
