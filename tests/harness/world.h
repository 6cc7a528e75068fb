/* world.h: a whole world for one scenario: a sandbox, a home with configuration and mappings, and
 * one clock that both the program and the sandbox live by. The program is run as people run it: as
 * a process, with arguments.
 *
 * Everything fails the test on its own (cmocka): callers state only what must be so.
 * Owns: the sandbox process, the home (a fresh folder in TMPDIR or /tmp) and the clock, until
 * world_close. */
#ifndef TAGWERK_TESTS_WORLD_H
#define TAGWERK_TESTS_WORLD_H

#include "core/arena.h"
#include "wire/csv.h"
#include "wire/tree.h"

#include <sys/types.h>

struct world {
    char root[256]; /* of everything below */
    char home[300];
    char api[64]; /* v2-integration (default) or v3-orders */
    unsigned port;
    pid_t sandbox;
    void *clock_map;
    _Atomic int64_t *clock_ms; /* in it */
    struct arena arena;        /* of everything handed out; lives until world_close */
    const char *output;        /* of the last run: stdout and stderr together */
    unsigned started;          /* processes so far */
};

/* A shop (account `shop`), a Sendcloud account (`parcels`) and the route shop-parcels with the tag;
 * no orders yet. */
void world_open(struct world *world, const char *now_iso);
void world_close(struct world *world);
void world_at(struct world *world, const char *iso); /* sets the clock */
void world_pass(struct world *world, int64_t seconds);
/* Another home of this world, with the shipped mappings and no configuration; made when it is not
 * there yet. From here on the world runs and looks there. */
void world_home(struct world *world, const char *name);

/* Writes tagwerk.conf anew. Each text (NULL: nothing) is added to its section as further lines. */
void world_configure(struct world *world, const char *shop, const char *parcels, const char *route,
                     const char *rest);
/* The same with these exact bytes. */
void world_configure_text(struct world *world, const char *text);
/* Replaces a piece of a mapping file ("afterbuy-sendcloud/orders.csv"); `from` must stand there. */
void world_remap(struct world *world, const char *file, const char *from, const char *to);

/* The sandbox's control: JSON in (NULL: none), parsed JSON out. */
const struct node *world_control(struct world *world, const char *method, const char *path,
                                 const char *json);
/* The number at `path` ("sendcloud.writes") of GET /_control/counts. */
int64_t world_count(struct world *world, const char *path);
/* One order with these JSON members besides sensible ones: world_order(w, "\"id\":560000001,...").
 */
void world_order(struct world *world, const char *members);
void world_fault(struct world *world, const char *json);

/* Runs the program with these words (ends with NULL); returns its exit code; 128+n for a signal. */
int world_run(struct world *world, ...) __attribute__((sentinel));
/* Starts it in the background with an environment entry ("TAGWERK_CRASH_AT=3", or NULL). */
pid_t world_start(struct world *world, const char *environment, const char *const *words);
int world_wait(pid_t pid);
/* What the n-th process has written so far; n is world->started right after its start. */
const char *world_output(struct world *world, unsigned number);
/* One HTTP/1.0 request to a port of this machine: its status and, unless NULL, the answer's body.
 * `headers` are whole lines that end with CRLF. */
int world_http(struct world *world, unsigned port, const char *method, const char *path,
               const char *headers, const char *body, const char **answer);
/* Runs with an environment entry. */
int world_run_with(struct world *world, const char *environment, ...) __attribute__((sentinel));

/* A cell of reports/<day>/<file>: the row whose source_id is `ref`. NULL: no such row. */
const char *world_cell(struct world *world, const char *day, const char *file, const char *ref,
                       const char *column);
/* A number of reports/<day>/summary.csv. */
int64_t world_summary(struct world *world, const char *day, const char *flow, const char *column);
struct csv_table world_csv(struct world *world, const char *path_below_home);
bool world_has_file(struct world *world, const char *path_below_home);

/* The state dump of an account: "afterbuy" or "sendcloud". */
const struct node *world_state(struct world *world, const char *system);
/* Orders that stand more than once at the target, as the sandbox sees it. */
uint64_t world_doubled(struct world *world);
/* Every day's summary balances, and the sandbox knows of no doubled order. */
void world_assert_balanced(struct world *world);
/* One more run makes no write request at all. */
void world_assert_quiet(struct world *world);

#endif
