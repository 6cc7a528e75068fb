/* plan.h: what the operator wrote, checked once, then read-only: tagwerk.conf as accounts, routes
 * and their flows, each flow with its mapping. Nothing is sent before all of it is sound.
 *
 * A home is a directory with tagwerk.conf, mappings/, staging/ and reports/. Homes are independent.
 * Owns: everything in the arena it was loaded into, but the zones (plan_close).
 * Errors: ERR_SETUP with file:line and the nearest valid word. */
#ifndef TAGWERK_PLAN_PLAN_H
#define TAGWERK_PLAN_PLAN_H

#include "connector/connector.h"
#include "core/config.h"
#include "core/file.h"
#include "plan/mapping.h"
#include "wire/csv.h"

struct route;

/* One kind of record on a route, with its direction. */
struct flow {
    const struct route *route;
    enum kind kind;
    bool back; /* from the route's target to its source */
    const struct account *source, *target;
    const struct feed *feed; /* NULL: not fed from outside (marks, cancels follow other effects) */
    const struct sink *sink; /* NULL: the target takes none (a catalogue) */
    const struct mapping *mapping; /* NULL: handed on as it is */
};

struct route {
    const char *name;
    const struct account *from, *to;
    struct settings settings; /* route_options */
    const char *prefix;       /* in front of each key at the target; "" by default */
    const char *mapping_dir;  /* mappings/<dir> */
    struct flow flows[KIND_COUNT];
    size_t flows_len; /* in the order of enum kind */
};

struct plan {
    char home[PATH_SIZE];
    struct arena *arena;
    struct account *accounts;
    size_t accounts_len;
    struct route *routes;
    size_t routes_len;
    struct zone zone;   /* the merchant's local time: [schedule] zone, Europe/Berlin */
    struct zone *zones; /* of the accounts */
    size_t zones_len;
    struct settings schedule, reports, inbox;
    enum csv_dialect dialect;
    const char *language; /* of reports: de, en */
};

extern const struct option route_options[], schedule_options[], reports_options[], inbox_options[];

/* `home`: directory; config NULL: home/tagwerk.conf. Mappings come from home/mappings/<dir>, where
 * <dir> is the route's `mapping` option or "<source system>-<target system>". */
MUST_CHECK bool plan_load(const char *home, const char *config, struct arena *arena,
                          struct plan *out, struct err *err);
void plan_close(struct plan *plan);

const struct account *plan_account(const struct plan *plan, const char *name);
const struct route *plan_route(const struct plan *plan, const char *name);
const struct flow *route_flow(const struct route *route, enum kind kind);

#endif
