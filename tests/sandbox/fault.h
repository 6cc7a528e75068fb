/*
 * fault: what goes wrong between two systems, on order or at random.
 *
 * A rule names a system and a call, and lets the (after+1)-th matching call and the following
 * times-1 go wrong. Random faults hit per_mille of all calls, by a seed. There are three kinds:
 * those that come instead of the call (BEFORE), those that spoil the answer of a call that was
 * executed (AFTER), and those that only the system itself can play (INSIDE: it looks at
 * fault_wanted and says fault_played). A fault that cannot happen to the call leaves no trace: it
 * is neither counted nor used up.
 */
#ifndef SANDBOX_FAULT_H
#define SANDBOX_FAULT_H

#include <jansson.h>

#include "sandbox/text.h"

#define FAULT_LIST(X)                                                                              \
    X(REFUSE, "refuse", BEFORE)                                                                    \
    X(TIMEOUT_BEFORE, "timeout-before", BEFORE)                                                    \
    X(ERROR_BODY_200, "200-error-body", BEFORE)                                                    \
    X(HTML_200, "200-html", BEFORE)                                                                \
    X(EMPTY_200, "200-empty", BEFORE)                                                              \
    X(STATUS_401, "401", BEFORE)                                                                   \
    X(STATUS_403, "403", BEFORE)                                                                   \
    X(STATUS_409, "409", BEFORE)                                                                   \
    X(STATUS_422, "422", BEFORE)                                                                   \
    X(STATUS_429_AFTER, "429-after", BEFORE)                                                       \
    X(STATUS_429, "429", BEFORE)                                                                   \
    X(STATUS_500, "500", BEFORE)                                                                   \
    X(HTML_502, "502-html", BEFORE)                                                                \
    X(STATUS_503, "503", BEFORE)                                                                   \
    X(STATUS_504, "504", BEFORE)                                                                   \
    X(RESET_HEADER, "reset-header", AFTER)                                                         \
    X(RESET_BODY, "reset-body", AFTER)                                                             \
    X(TIMEOUT_AFTER, "timeout-after", AFTER)                                                       \
    X(SLOW, "slow", AFTER)                                                                         \
    X(DRIP, "drip", AFTER)                                                                         \
    X(CUT_BODY, "cut-body", AFTER)                                                                 \
    X(CUT_GZIP, "cut-gzip", AFTER)                                                                 \
    X(STATUS_503_LATE, "503-after", AFTER)                                                         \
    X(BAD_UTF8, "bad-utf8", AFTER)                                                                 \
    X(GZ_BOMB, "gz-bomb", AFTER)                                                                   \
    X(DEEP, "deep", AFTER)                                                                         \
    X(BOM, "bom", AFTER)                                                                           \
    X(NEW_FIELD, "new-field", AFTER)                                                               \
    X(MISSING_FIELD, "missing-field", AFTER)                                                       \
    X(TYPE_CHANGE, "type-change", AFTER)                                                           \
    X(NULL_LIST, "null-list", AFTER)                                                               \
    X(UNKNOWN_STATUS, "unknown-status", AFTER)                                                     \
    X(WRONG_CLOCK, "wrong-clock", AFTER)                                                           \
    X(REJECTED_LATER, "202-then-rejected", INSIDE)                                                 \
    X(LAG_404, "404-lag", INSIDE)                                                                  \
    X(DUP_ITEM, "dup-item", INSIDE)                                                                \
    X(DRIFT, "drift", INSIDE)                                                                      \
    X(EMPTY_PAGE_NEXT, "empty-page-next", INSIDE)                                                  \
    X(ENDLESS_NEXT, "endless-next", INSIDE)                                                        \
    X(PAGE_SIZE, "page-size", INSIDE)

enum fault_kind {
    FAULT_NONE,
#define X(id, name, phase) FAULT_##id,
    FAULT_LIST(X)
#undef X
        FAULT_KINDS
};

struct call;

/* The fault of one call. */
struct fault_hit {
    enum fault_kind kind;
    bool played;
    size_t rule; /* its number + 1; 0: random */
};

/* Decides whether this call goes wrong. */
void fault_pick(struct call *c);
/* Plays a BEFORE fault; true: the call is answered and must not be executed. */
bool fault_before(struct call *c);
/* Plays an AFTER fault on the answer. */
void fault_after(struct call *c);
/* Counts the fault, or gives it back when nobody played it. */
void fault_settle(struct call *c);

bool fault_wanted(const struct call *c, enum fault_kind kind);
void fault_played(struct call *c);
/* The parameter of the rule (field, n, ms ...), or what stands for it. */
const char *fault_field(const struct call *c);
int64_t fault_number(const struct call *c, const char *name, int64_t otherwise);

/* Spoils the body of an answer; false when there is nothing of the kind in it. */
bool fault_body(struct call *c);

/* False: not understood. */
bool fault_add(const json_t *said);
bool fault_random(const json_t *said);
void fault_clear(void);
void fault_text(struct text *t);
const char *fault_name(enum fault_kind kind);

#endif
