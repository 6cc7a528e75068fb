/*
 * counts: what the outside asked of each system, for tests that must prove "nothing was sent".
 *
 * A call is any request; a write is a call that asks to change something, whatever came of it; a
 * mutation is a stored change. The log keeps the last 10,000 calls without bodies.
 */
#ifndef SANDBOX_COUNTS_H
#define SANDBOX_COUNTS_H

#include "sandbox/text.h"

struct call;

void counts_call(const struct call *c);
/* n stored changes at a system, by its name. */
void counts_mutations(const char *system, size_t n);
void counts_reset(void);
void counts_text(struct text *t);
void log_call(const struct call *c);
void log_text(struct text *t);
void counts_done(void);

#endif
