/* inspect.h: what people ask: is the configuration sound, do the accounts answer, how did the last
 * runs go, what happened to this order, what can each system do. Reads only; prints to stdout.
 *
 * Errors: ERR_STORE, ERR_SETUP. *code gets an exit code where the answer is bad news. */
#ifndef TAGWERK_STEP_INSPECT_H
#define TAGWERK_STEP_INSPECT_H

#include "plan/plan.h"

/* The ledger, read-only; *missing: there is none yet, which is said to stdout. */
struct ledger;
MUST_CHECK bool inspect_ledger(const struct plan *plan, struct ledger **out, bool *missing,
                               struct err *err);

void inspect_plan(const struct plan *plan);
MUST_CHECK bool inspect_accounts(const struct plan *plan, struct arena *arena, int *code,
                                 struct err *err);
MUST_CHECK bool inspect_status(const struct plan *plan, struct arena *arena, struct err *err);
MUST_CHECK bool inspect_order(const struct plan *plan, const char *ref, struct arena *arena,
                              int *code, struct err *err);
void inspect_systems(void);
void inspect_example(void);

#endif
