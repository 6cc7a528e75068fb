/*
 * hold: connections that wait without blocking the others.
 *
 * One thread keeps the suspended connections and resumes each when its time has come or, when
 * asked, when the client has hung up.
 *
 * Units: real milliseconds; latency is not the business of the sandbox's clock.
 */
#ifndef SANDBOX_HOLD_H
#define SANDBOX_HOLD_H

#include "sandbox/text.h"

struct MHD_Connection;

bool hold_open(void);
/* Suspends; fd >= 0 also resumes as soon as the client has closed that socket. False, and nothing
 * happens, when the sandbox is about to end. */
bool hold_connection(struct MHD_Connection *connection, int64_t ms, int fd);
/* Resumes all and ends the thread. */
void hold_done(void);

#endif
