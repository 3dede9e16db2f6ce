/**
 * The thread that commits, stopped by {@link ./filing_stop.ts}.
 *
 * @module
 */

import "./filing_stop.ts";
import "../../infra/sqlite/commit/worker.ts";
