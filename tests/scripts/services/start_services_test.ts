import { assertEquals } from "@std/assert";
import {
  collectVariables,
  describeService,
  mayNeedServices,
  type Service,
} from "../../../scripts/services/start_services.ts";

const STARTED: Service = {
  name: "MongoDB",
  state: "started",
  variables: { TEST_MONGODB_URI: "mongodb://127.0.0.1:1" },
  ended: Promise.resolve(),
};
const GIVEN: Service = { name: "MongoDB", state: "given" };
const MISSING: Service = { name: "Redis", state: "missing", why: "redis-server is not installed" };

Deno.test("mayNeedServices() is false only where all that is named is of the domain", () => {
  const without = [["domain"], ["tests/domain"], [
    "./tests/domain/luhn_test.ts",
    "domain/money.ts",
  ]];
  for (const args of without) assertEquals(mayNeedServices(args), false, args.join(" "));
  const within = [
    [],
    ["--filter=x"],
    ["tests"],
    ["tests/domain", "tests/infra"],
    ["tests/infra/domain"],
    ["--filter", "x", "tests/domain"],
  ];
  for (const args of within) assertEquals(mayNeedServices(args), true, args.join(" "));
});

Deno.test("describeService() says what becomes of the tests of a missing service", () => {
  const describe = (service: Service, required = false) => describeService(service, { required });
  assertEquals(describe(STARTED), "MongoDB: started at mongodb://127.0.0.1:1");
  assertEquals(describe(GIVEN), "MongoDB: used as the environment names it");
  assertEquals(
    [describe(MISSING), describe(MISSING, true)],
    [
      "Redis: missing, its tests are skipped. redis-server is not installed",
      "Redis: missing, its tests fail. redis-server is not installed",
    ],
  );
});

Deno.test("collectVariables() hands on what was started, and leaves alone what was given", () => {
  assertEquals(collectVariables([STARTED, MISSING]), { TEST_MONGODB_URI: "mongodb://127.0.0.1:1" });
  assertEquals(collectVariables([GIVEN]), {});
});
