/* err.h: one error value for the whole program. Its kind says how far the damage reaches, so that
 * whoever catches it need not guess: the record, the try, the system, the set-up, or the store.
 *
 * Owns: nothing; a struct err lives on the caller's stack. Errors: truncation of its text is
 * harmless. Texts say what, where and why, and name the command that mends it; never a secret,
 * never personal data. */
#ifndef TAGWERK_CORE_ERR_H
#define TAGWERK_CORE_ERR_H

#include "core/base.h"

enum err_kind {
    ERR_NONE,
    ERR_RECORD, /* this record only: a report row, then the next record */
    ERR_RETRY,  /* a passing fault: the session backs off and tries again */
    ERR_SYSTEM, /* this account is useless for this run; other flows go on */
    ERR_SETUP,  /* configuration or mapping: nothing starts */
    ERR_STORE,  /* disk, ledger or staging: stop now */
};

struct err {
    enum err_kind kind;
    char code[32];  /* reason code for reports (mappings/lookup/reasons.csv); "" = the kind's own */
    char text[600]; /* one line, outermost context first */
};

/* Both return false, so that raising and leaving is one expression. */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);
bool err_reason(struct err *err, const char *code, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts context in front of what is already said; keeps kind and code. Returns false. */
bool err_wrap(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* err_set with what errno says appended. */
bool err_errno(struct err *err, enum err_kind kind, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
