import { openEmptyRoute } from "./contenders/empty_route.ts";

Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.env.get("PORT")),
  onListen: () => {},
}, openEmptyRoute().fetch);
