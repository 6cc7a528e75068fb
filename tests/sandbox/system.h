/*
 * system: what a simulated system gives the sandbox. A system is one row in system.c plus its
 * files.
 *
 * identify names a request (and says whether it asks to change something) before faults and counts
 * look at it; serve answers it. refuse gives an HTTP error, and fail a "200 but no", in the form
 * the real system has for it. The rest serves the control API.
 */
#ifndef SANDBOX_SYSTEM_H
#define SANDBOX_SYSTEM_H

#include <jansson.h>

#include "sandbox/call.h"

enum { SYSTEMS_MAX = 8 };

struct system {
    const char *name;
    const char *prefix; /* of the path, with its slash */
    void (*identify)(struct call *c);
    void (*serve)(struct call *c);
    void (*forget)(struct call *c); /* frees c->prepared */
    void (*refuse)(struct call *c, int status);
    void (*fail)(struct call *c);
    bool (*account)(const json_t *said); /* adds one; false: not understood or there already */
    bool (*fill)(const json_t *said, struct text *report); /* POST /_control/fill; NULL: none */
    /* Dump of one account (NULL: the first); false when there is no such account. */
    bool (*state)(struct text *t, const char *account);
    /* Adds `"text",` entries of doubled things and counts them. */
    size_t (*check)(struct text *t);
    /* Answers /_control/<name>/<path>; false when there is no such path. */
    bool (*control)(struct call *c, const char *path, const json_t *said);
    void (*open)(void);
    void (*done)(void);
};

size_t system_count(void);
const struct system *system_at(size_t i);
size_t system_number(const struct system *s);
const struct system *system_by_name(const char *name);
/* The system that owns a path; NULL when none does. */
const struct system *system_by_path(const char *path);

#endif
