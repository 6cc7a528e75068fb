/* plan_intern.h: what plan.c (sections, accounts, the whole) and plan_route.c (routes and their
 * flows) share. */
#ifndef TAGWERK_PLAN_PLAN_INTERN_H
#define TAGWERK_PLAN_PLAN_INTERN_H

#include "plan/plan.h"

/* Everything plan_load hands round. */
struct planner {
    struct plan *plan;
    struct config config;
    struct arena *arena;
    struct err *err;
};

/* Both return false. "file:line: '<name>' <what>", and "there is no <what> '<name>'; did you mean
 * …?" */
bool plan_wrong(const struct planner *planner, unsigned line, const char *what, const char *name);
bool plan_unknown(const struct planner *planner, unsigned line, const char *what, const char *name,
                  const char *const *names);

/* Names become parts of paths, keys and report rows. */
bool is_safe_name(const char *name);
size_t sections_count(const struct planner *planner, const char *kind);

MUST_CHECK bool routes_load(struct planner *planner);

#endif
