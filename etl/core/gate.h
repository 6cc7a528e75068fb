/* gate.h: the one counted place that every durable step and every network call passes. In a
 * production build a gate is a counter. In the test build TAGWERK_CRASH_AT=n ends the process with
 * exit code 100 just before the n-th passage, which is how the crash test kills the program at
 * every point of its life; TAGWERK_GATE_LOG=FILE writes one line per passage so that a test can
 * name what it killed.
 *
 * Errors: in the test build TAGWERK_FAIL_AT=n makes the n-th passage fail once with ERR_STORE (or,
 * for a call, as a connection that broke), as a full disk or a lost network would. */
#ifndef TAGWERK_CORE_GATE_H
#define TAGWERK_CORE_GATE_H

#include "core/base.h"
#include "core/err.h"

enum gate {
    GATE_WRITE,  /* bytes handed to the kernel */
    GATE_SYNC,   /* bytes made durable */
    GATE_RENAME, /* a file becomes visible under its name */
    GATE_REMOVE,
    GATE_COMMIT, /* a ledger transaction */
    GATE_CALL,   /* a request leaves */
    GATE_ANSWER, /* its answer is about to be believed */
    GATE_COUNT
};

/* `what` is a short static name of the object for the log of the test build. */
MUST_CHECK bool gate_pass(enum gate gate, const char *what, struct err *err);

/* Passages so far, by kind. */
uint64_t gate_count(enum gate gate);

#endif
