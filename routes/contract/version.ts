import config from "../../deno.json" with { type: "json" };

/** The version of Kese; deno.json is where it is set. */
export const VERSION = config.version;
