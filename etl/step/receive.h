/* receive.h: `tagwerk inbox serve`: introduces the accounts' webhooks (connector) to the inbox's
 * server (store), and waits for a signal. Each account whose system has a webhook gets the address
 * /<account>.
 *
 * Errors: ERR_SETUP (port taken, nothing to receive), ERR_STORE. */
#ifndef TAGWERK_STEP_RECEIVE_H
#define TAGWERK_STEP_RECEIVE_H

#include "plan/plan.h"

MUST_CHECK bool receive_serve(const struct plan *plan, struct arena *arena, struct err *err);

#endif
